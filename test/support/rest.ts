// REST calls whose refusals a test wants to see.

import type { Stack } from '#scripts/stack/start-stack.ts'

export type Reply = { status: number; body: Record<string, unknown> }

/** Answers with the status and the JSON of the reply, whatever they are; an empty reply is {}. */
export type Rest = (method: string, path: string, body?: object) => Promise<Reply>

/** Calls as the administrator. */
export function restOf(stack: Pick<Stack, 'rest_url' | 'admin'>): Rest {
  return async (method, path, body) => {
    const response = await fetch(stack.rest_url + path, {
      method,
      headers: {
        'x-api-key': stack.admin.api_key,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await response.text()
    const parsed = text === '' ? {} : (JSON.parse(text) as Reply['body'])
    return { status: response.status, body: parsed }
  }
}

/** A new enrolment token, as its text and its id. */
export async function newToken(rest: Rest, region: string): Promise<{ id: string; text: string }> {
  const { status, body } = await rest('POST', '/api/enrollment-tokens', {
    region,
    trust: 'trusted',
  })
  if (status !== 201) throw new Error(`no token: ${status} ${JSON.stringify(body)}`)
  return { id: body['token_id'] as string, text: body['token'] as string }
}
