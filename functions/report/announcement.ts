import type { KnownBlock } from '@slack/types'
import { formatMoney } from '../slack/money.ts'
import { mrkdwn } from '../slack/mrkdwn.ts'
import type { Summary } from './figures.ts'

/** What Slack says of a month's report: the first figures, and where the others are. */
export function announcement(summary: Summary, link: string): { text: string; blocks: KnownBlock[] } {
  const { month, opened, resolved, openAfter, total, unpaid } = summary
  const costs = Object.entries(total.cost).map(([currency, amount]) => formatMoney(amount, currency))
  const text = `Complaints in ${month}: ${opened} opened, ${resolved} resolved, ${openAfter} open at the end`
  const more = [
    `${total.repeated} came back about it`,
    `${total.breached} missed a deadline`,
    ...(costs.length === 0 ? [] : [`cost ${costs.join(' + ')}`]),
    ...(unpaid.length === 0 ? [] : [`${unpaid.length} approved and not paid yet`]),
  ]
  return {
    text,
    blocks: [
      { type: 'section', text: mrkdwn(`:bar_chart: *${text}*\n${more.join(' · ')}`) },
      { type: 'section', text: mrkdwn(`<${link}|Open the report> (whoever has this link can read it)`) },
    ],
  }
}
