// Plots as inline SVG, drawn in the colours of the page: histograms, bars, maps of associations.

import { figure, percent, shortened } from './figures.ts'
import { type Html, html } from './html.ts'

/** A name and a share (0 to 1) for each bin or bar; at most two of them are laid over each other. */
export type Series = { name: string; shares: readonly number[] }

const WIDTH = 340
const HEIGHT = 120
const FOOT = 16
const BAR = 18
const LABELS = 130
/** Of a name, as many as fit however wide they are. */
const LETTERS = 18
/** What the figures behind the longest bar take. */
const SAID = 50
const SAID_OF_TWO = 84

function key(series: readonly Series[]): Html | null {
  if (series.length < 2) return null
  const names = series.map(({ name }, at) => html`<span class="key s${at}"></span>${name}`)
  return html`<figcaption>${names}</figcaption>`
}

const most = (series: readonly Series[]): number =>
  series.reduce((top, { shares }) => shares.reduce((a, b) => Math.max(a, b), top), 0) || 1

const rounded = (value: number): number => Math.round(value * 100) / 100

/** Bars between edges, one more than the shares; areas are not to scale where bins are not as wide. */
export function histogramPlot(
  edges: readonly number[],
  series: readonly Series[],
  label: (edge: number) => string = figure,
): Html {
  const top = most(series)
  const [low, high] = [edges[0] ?? 0, edges.at(-1) ?? 1]
  const x = (edge: number): number => rounded(((edge - low) / (high - low || 1)) * WIDTH)
  const bars = series.map(
    ({ name, shares }, at) =>
      html`${shares.map((share, bin) => {
        const [from, to] = [edges[bin] as number, edges[bin + 1] as number]
        const height = rounded((share / top) * HEIGHT)
        const title = `${name}: ${percent(share)} from ${label(from)} to ${label(to)}`
        return html`<rect class="s${at}" x="${x(from)}" y="${rounded(HEIGHT - height)}" width="${Math.max(1, rounded(x(to) - x(from)))}" height="${height}"><title>${title}</title></rect>`
      })}`,
  )
  return html`<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT + FOOT}" role="img">${bars}<line class="axis" x1="0" x2="${WIDTH}" y1="${HEIGHT}" y2="${HEIGHT}"/><text class="soft" x="0" y="${HEIGHT + 12}">${label(low)}</text><text class="soft" x="${WIDTH}" y="${HEIGHT + 12}" text-anchor="end">${label(high)}</text></svg>${key(series)}</figure>`
}

/** A bar for each label, one below the other, with its share behind it. */
export function barsPlot(labels: readonly string[], series: readonly Series[]): Html {
  const top = most(series)
  const room = WIDTH - LABELS - (series.length > 1 ? SAID_OF_TWO : SAID)
  const thick = (BAR - 4) / series.length
  const lines = labels.map((label, row) => {
    const bars = series.map(({ name, shares }, at) => {
      const share = shares[row] ?? 0
      const title = `${label}, ${name}: ${percent(share)}`
      return html`<rect class="s${at}" x="${LABELS}" y="${rounded(row * BAR + 2 + at * thick)}" width="${rounded((share / top) * room)}" height="${rounded(thick)}"><title>${title}</title></rect>`
    })
    const said = series.map(({ shares }) => percent(shares[row] ?? 0)).join(' / ')
    const end =
      LABELS + (series.reduce((a, { shares }) => Math.max(a, shares[row] ?? 0), 0) / top) * room
    return html`<text x="${LABELS - 6}" y="${row * BAR + 13}" text-anchor="end">${shortened(label, LETTERS)}</text>${bars}<text class="soft" x="${rounded(end + 4)}" y="${row * BAR + 13}">${said}</text>`
  })
  return html`<figure><svg viewBox="0 0 ${WIDTH} ${Math.max(1, labels.length) * BAR + 4}" role="img">${lines}</svg>${key(series)}</figure>`
}

const CELL = 22
/** Of the longest name; shorter ones leave less room above and beside the map. */
const NAMES_MAX = 120
const NAMES_MIN = 40
const LETTER = 6

/** A square of cells, `values[row][column]` from -1 to 1, or null where there is none: the stronger the fuller. */
export function heatMap(
  labels: readonly string[],
  values: readonly (readonly (number | null)[])[],
): Html {
  const longest = labels.reduce(
    (most, label) => Math.max(most, shortened(label, LETTERS).length),
    0,
  )
  const names = Math.min(NAMES_MAX, Math.max(NAMES_MIN, longest * LETTER + 8))
  const size = names + labels.length * CELL
  const rows = labels.map((label, row) => {
    const y = names + row * CELL
    const cells = labels.map((other, column) => {
      const value = values[row]?.[column] ?? null
      const kind = value === null ? 'none' : value < 0 ? 'minus' : 'plus'
      const opacity = value === null ? 1 : rounded(Math.min(1, Math.abs(value)))
      const title = `${label} and ${other}: ${figure(value)}`
      return html`<rect class="${kind}" fill-opacity="${opacity}" x="${names + column * CELL}" y="${y}" width="${CELL - 1}" height="${CELL - 1}"><title>${title}</title></rect>`
    })
    const x = names + row * CELL + CELL / 2
    return html`<text x="${names - 6}" y="${y + 14}" text-anchor="end">${shortened(label, LETTERS)}</text><text transform="translate(${x + 3} ${names - 6}) rotate(-90)">${shortened(label, LETTERS)}</text>${cells}`
  })
  return html`<figure style="max-width:${size * 1.4}px"><svg viewBox="0 0 ${size} ${size}" role="img">${rows}</svg></figure>`
}
