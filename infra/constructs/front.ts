import { Stack } from 'aws-cdk-lib'
import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  HttpVersion,
  OriginProtocolPolicy,
  OriginRequestPolicy,
  OriginSslPolicy,
  PriceClass,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront'
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { FRONT_HEADER } from '../../functions/shared/front.ts'
import type { StageConfig } from '../config.ts'
import { acknowledge } from './acknowledge.ts'

export interface FrontProps {
  readonly config: StageConfig
  readonly api: HttpApi
  /** The ARN of the web ACL, which lies in us-east-1. */
  readonly webAclArn: string
}

/**
 * A CloudFront distribution with the firewall in front of the HTTP API. It caches nothing and changes nothing of a
 * request but its `Host`: bodies arrive as they were signed.
 */
export class Front extends Construct {
  readonly distribution: Distribution
  /** `{"value": "…"}`: what the functions want to see in the header, or nobody came through here. */
  readonly secret: Secret

  constructor(scope: Construct, id: string, { config, api, webAclArn }: FrontProps) {
    super(scope, id)
    const { region, urlSuffix } = Stack.of(this)
    this.secret = new Secret(this, 'Secret', {
      description: 'Redress: what the front door proves itself to the functions by',
      removalPolicy: config.removalPolicy,
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'value',
        passwordLength: 48,
        excludePunctuation: true,
      },
    })
    acknowledge(
      this.secret,
      'AwsSolutions-SMG4',
      'The distribution holds it too, and learns a new one by a deployment only (docs/security.md).',
    )
    this.distribution = new Distribution(this, 'Distribution', {
      comment: `redress-${config.stage}`,
      webAclId: webAclArn,
      httpVersion: HttpVersion.HTTP2_AND_3,
      priceClass: PriceClass.PRICE_CLASS_ALL, // platforms call from everywhere, and wait for three seconds
      defaultBehavior: {
        origin: new HttpOrigin(`${api.apiId}.execute-api.${region}.${urlSuffix}`, {
          protocolPolicy: OriginProtocolPolicy.HTTPS_ONLY,
          originSslProtocols: [OriginSslPolicy.TLS_V1_2],
          customHeaders: {
            // A reference that CloudFormation resolves: the value is in no template and no change set.
            [FRONT_HEADER]: this.secret.secretValueFromJson('value').unsafeUnwrap(),
          },
        }),
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY, // a redirect would lose a webhook's body
      },
    })
    acknowledge(this.distribution, 'AwsSolutions-CFR1', 'Platforms post from wherever their servers are.')
    acknowledge(
      this.distribution,
      'AwsSolutions-CFR3',
      'The API’s access log has every request that gets through, and the firewall’s log those that do not.',
    )
    acknowledge(
      this.distribution,
      'AwsSolutions-CFR4',
      'The certificate of cloudfront.net decides the lowest TLS version; one’s own domain sets it (docs/security.md).',
    )
  }

  /** The address to give to the outside. */
  get url(): string {
    return `https://${this.distribution.distributionDomainName}`
  }
}
