import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { figure, percent, shortened } from './figures.ts'
import { html } from './html.ts'
import { renderPage, renderTable } from './page.ts'
import { barsPlot, heatMap, histogramPlot } from './plots.ts'

const HOSTILE = `</title></style><script>alert(1)</script><img src=x onerror="alert('2')">\0\ud800&amp;`

/** What a page made of hostile names and values holds, if any of them became markup. */
function pageOf(text: string): string {
  const bars = [
    { name: text, shares: [0.5, 0.25] },
    { name: `${text}2`, shares: [0.1] },
  ]
  return renderPage({
    title: text,
    lead: html`<p title="${text}">${text}</p>`,
    sections: [
      { title: text, body: renderTable([text, 'n'], [[text, html`<b>${text}</b>`]]) },
      { title: 'plots', body: html`${[barsPlot([text, 'b'], bars), heatMap([text], [[0.5]])]}` },
      { title: 'bins', body: histogramPlot([0, 1, 2], bars, () => text) },
    ],
  })
}

const tagsOf = (page: string): string[] => page.match(/<[^>]*>/g) ?? []
const shapeOf = (page: string): string[] =>
  tagsOf(page).map((tag) => tag.replaceAll(/"[^"]*"/g, '""'))

test('names and values never become markup', () => {
  const plain = shapeOf(pageOf('x'))
  assert.deepEqual(shapeOf(pageOf(HOSTILE)), plain)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      assert.deepEqual(shapeOf(pageOf(text)), plain)
    }),
  )
})

test('a page loads and runs nothing, and is well-formed text', () => {
  const page = pageOf(HOSTILE)
  assert.ok(page.isWellFormed())
  assert.doesNotMatch(shapeOf(page).join('\n'), /<script|\son\w+=|<link|\ssrc=/)
  assert.doesNotMatch(page.slice(0, page.indexOf('</style>')), /@import|url\(/)
  assert.match(page, /default-src 'none'|default-src &#39;none&#39;/)
  assert.match(page, /prefers-color-scheme:dark/)
})

test('figures are short and true', () => {
  assert.deepEqual(
    [0, 12, 1234567, 0.123456, 1234.5678, 1e-9, -45.06, null, Number.NaN].map(figure),
    ['0', '12', '1\u202f234\u202f567', '0.1235', '1\u202f235', '1.00e-9', '-45.06', '–', '–'],
  )
  assert.deepEqual([0, 0.5, 0.1234, 0.99996, 1, null].map(percent), [
    '0 %',
    '50 %',
    '12.3 %',
    '99.99 %',
    '100 %',
    '–',
  ])
  assert.equal(shortened('abcdef', 4), 'abc…')
  assert.equal(shortened('abcd', 4), 'abcd')
})

test('plots keep inside their frame', () => {
  const { markup } = histogramPlot([0, 1, 10], [{ name: 'n', shares: [0.9, 0.1] }])
  const rects = [
    ...markup.matchAll(/x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g),
  ]
  assert.equal(rects.length, 2)
  for (const [, x, y, width, height] of rects) {
    assert.ok(Number(x) + Number(width) <= 340.01)
    assert.ok(Math.abs(Number(y) + Number(height) - 120) < 0.02)
  }
  assert.ok(histogramPlot([], []).markup.includes('<svg'))
  assert.ok(heatMap(['a', 'b'], [[1, null], [-0.4]]).markup.includes('minus'))
})
