import { PNG } from 'pngjs'

const WIDTH = 560
const HEIGHT = 200
const MARGIN = 16

type Colour = readonly [red: number, green: number, blue: number]
const PAPER: Colour = [255, 255, 255]
const GRID: Colour = [225, 228, 232]
const AXIS: Colour = [90, 98, 106]
/** Told apart by who sees no red or green, too: one is darker. */
const COLOURS: readonly Colour[] = [
  [29, 78, 137],
  [118, 183, 120],
]

/**
 * Two bars a day, side by side, as a PNG. It holds no letters: the message that it goes with says what it shows.
 *
 * @param series counts by day, each as long as the first
 */
export function barChart(series: readonly (readonly number[])[]): Buffer {
  const png = new PNG({ width: WIDTH, height: HEIGHT })
  const fill = (x: number, y: number, width: number, height: number, [red, green, blue]: Colour): void => {
    for (let row = Math.round(y); row < Math.round(y + height); row++) {
      for (let column = Math.round(x); column < Math.round(x + width); column++) {
        png.data.set([red, green, blue, 255], (row * WIDTH + column) * 4)
      }
    }
  }
  const most = Math.max(1, ...series.flat())
  const floor = HEIGHT - MARGIN
  const room = HEIGHT - 2 * MARGIN
  fill(0, 0, WIDTH, HEIGHT, PAPER)
  for (const part of [0.25, 0.5, 0.75, 1]) fill(MARGIN, floor - part * room, WIDTH - 2 * MARGIN, 1, GRID)
  const days = series[0]?.length ?? 0
  const day = (WIDTH - 2 * MARGIN) / Math.max(1, days)
  const bar = (day * 0.7) / series.length
  for (const [index, counts] of series.entries()) {
    for (const [at, count] of counts.entries()) {
      const height = (count / most) * room
      const x = MARGIN + at * day + day * 0.15 + index * bar
      fill(x, floor - height, bar - 2, height, COLOURS[index % COLOURS.length] ?? AXIS)
    }
  }
  fill(MARGIN, floor, WIDTH - 2 * MARGIN, 1, AXIS)
  return PNG.sync.write(png)
}
