import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer])

/** Told apart without colours too: by lightness, and in lines by their symbols. Okabe and Ito's palette, darkened. */
const COLOURS = ['#00558b', '#c2410c', '#0f766e', '#7a3e9d']
const INK = '#1f2933'
const RULE = '#d5dbe3'
const FONT = 'system-ui, sans-serif'

export interface Series {
  readonly name: string
  readonly values: readonly number[]
}

export interface Chart {
  /** Its own on its page. */
  readonly id: string
  readonly kind: 'lines' | 'bars' | 'stack'
  readonly labels: readonly string[]
  readonly series: readonly Series[]
  /** What a value is, at the end of its axis. */
  readonly unit?: string
  /** Horizontal bars, for long labels. */
  readonly sideways?: boolean
}

const WIDTH = 720
const LINE_HEIGHT = 34

/**
 * A chart as SVG, as wide as its place. It says nothing to who cannot see it: its figure needs a label, and its values
 * belong into a table beside it.
 */
export function svgOf({ id, kind, labels, series, unit, sideways = false }: Chart): string {
  const height = sideways ? Math.max(160, labels.length * LINE_HEIGHT + 70) : 280
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height })
  try {
    const text = { color: INK, fontFamily: FONT, fontSize: 13 }
    const names = {
      type: 'category' as const,
      data: [...labels],
      axisLabel: {
        ...text,
        ...(sideways
          ? { width: 190, overflow: 'truncate' as const }
          : kind === 'lines'
            ? {}
            : { interval: 0 }),
      },
      axisLine: { lineStyle: { color: INK } },
      axisTick: { show: false },
      ...(sideways ? { inverse: true } : {}),
    }
    const amounts = {
      type: 'value' as const,
      minInterval: 1,
      axisLabel: text,
      splitLine: { lineStyle: { color: RULE } },
      ...(unit === undefined
        ? {}
        : { name: unit, nameTextStyle: text, ...(sideways ? { nameLocation: 'middle', nameGap: 28 } : {}) }),
    }
    chart.setOption({
      animation: false,
      color: COLOURS,
      textStyle: text,
      ...(series.length > 1 ? { legend: { top: 0, left: 0, textStyle: text, itemGap: 20 } } : {}),
      grid: {
        left: sideways ? 230 : 48,
        right: 24,
        top: series.length > 1 ? 46 : unit === undefined || sideways ? 14 : 34,
        bottom: sideways ? 44 : 28,
      },
      xAxis: sideways ? amounts : names,
      yAxis: sideways ? names : amounts,
      series: series.map(({ name, values }, index) =>
        kind === 'lines'
          ? {
              type: 'line' as const,
              name,
              data: [...values],
              symbol: ['circle', 'rect', 'triangle', 'diamond'][index % 4],
              symbolSize: 6,
              lineStyle: { width: 2, type: index === 0 ? ('solid' as const) : ('dashed' as const) },
            }
          : {
              type: 'bar' as const,
              name,
              data: [...values],
              barMaxWidth: 26,
              ...(kind === 'stack' ? { stack: 'all' } : {}),
              itemStyle: { borderColor: '#fff', borderWidth: kind === 'stack' ? 1 : 0 },
              label: {
                show: series.length === 1,
                position: sideways ? ('right' as const) : ('top' as const),
                ...text,
              },
            },
      ),
    })
    const svg = chart.renderToSVGString({ useViewBox: true })
    // Nobody points at paper; and its names count on from chart to chart.
    return svg
      .replace(/<style[^>]*>.*?<\/style>/gs, '')
      .replace(/ class="[^"]*"/g, '')
      .replace(/\bzr\d+-/g, `${id}-`)
      .replace('<svg ', '<svg aria-hidden="true" ')
  } finally {
    // A chart that is not disposed of keeps the process awake.
    chart.dispose()
  }
}
