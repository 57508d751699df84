/** The CDK app: `cdk synth|deploy -c stage=<local|dev|prod>`. The same app goes to AWS and to this machine. */
import { App } from 'aws-cdk-lib'
import { addRedress } from './redress-stack.ts'

const app = new App()
addRedress(app)
app.synth()
