import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { slackManifest } from '../../infra/slack-manifest.ts'

const API = 'https://abc123.execute-api.eu-west-1.amazonaws.com'

describe('The manifest of the Slack app', () => {
  const { display_information, features, oauth_config, settings } = slackManifest(API)

  it('leads Slack to the three addresses of the stage', () => {
    expect([
      settings?.interactivity?.request_url,
      settings?.event_subscriptions?.request_url,
      features?.slash_commands?.map(({ url }) => url),
    ]).toEqual([`${API}/slack/interactions`, `${API}/slack/events`, [`${API}/slack/commands`]])
  })

  // docs.slack.dev/reference/app-manifest: lengths that the console refuses beyond.
  it('stays within Slack’s lengths', () => {
    expect(display_information.name.length).toBeLessThanOrEqual(35)
    expect(display_information.description?.length).toBeLessThanOrEqual(140)
    for (const { name, callback_id, description } of features?.shortcuts ?? []) {
      expect(name.length).toBeLessThanOrEqual(24)
      expect(callback_id.length).toBeLessThanOrEqual(255)
      expect(description.length).toBeLessThanOrEqual(150)
    }
    for (const { command, description, usage_hint } of features?.slash_commands ?? []) {
      expect(command).toMatch(/^\/[a-z]{1,31}$/)
      expect(description.length).toBeLessThanOrEqual(2000)
      expect(usage_hint?.length).toBeLessThanOrEqual(1000)
    }
  })

  it('asks for the scopes that the manual explains, and for no other', () => {
    const manual = readFileSync(join(import.meta.dirname, '../../docs/slack.md'), 'utf8')
    const explained = [...manual.matchAll(/`([a-z]+:[a-z.]+|commands)`/g)].map(([, scope]) => scope)
    expect([...new Set(explained)].sort()).toEqual(oauth_config?.scopes?.bot)
  })
})
