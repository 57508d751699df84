/** `npm run --silent guard:rates`: how often the guard is right, by rule, on both parts of the labelled replies. */
import { table } from './guard.corpus.ts'

console.log(table())
