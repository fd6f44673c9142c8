/** A group of bars, one of them for each name of the plot. */
interface Group {
  label: string
  values: readonly number[]
}

const COLOURS = ['#9aa4b2', '#e0912f', '#2f7de0', '#1c9c6b']
const WIDTH = 720
const LABELS = 150
const BAR = 20
const GAP = 14
const TEXT = 'font-family="system-ui, sans-serif" font-size="13" fill="#57606a"'

/** Bars beside their labels, as a picture in SVG that can be read on light and dark. With names it has a legend. */
export function plot(title: string, names: readonly string[], groups: readonly Group[]): string {
  const most = Math.max(...groups.flatMap(({ values }) => values))
  const lines: string[] = [`<text x="0" y="16" ${TEXT} font-weight="600">${title}</text>`]
  let x = 0
  names.forEach((name, index) => {
    lines.push(`<rect x="${x}" y="28" width="12" height="12" rx="2" fill="${COLOURS[index]}"/>`)
    lines.push(`<text x="${x + 18}" y="39" ${TEXT}>${name}</text>`)
    x += 40 + name.length * 8
  })
  let y = names.length > 0 ? 56 : 30
  for (const { label, values } of groups) {
    lines.push(`<text x="0" y="${y + (values.length * BAR) / 2 + 4}" ${TEXT}>${label}</text>`)
    values.forEach((value, index) => {
      const width = Math.max(1, (value / most) * (WIDTH - LABELS - 90))
      const bar = `x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 4}" rx="2"`
      lines.push(`<rect ${bar} fill="${COLOURS[index]}"/>`)
      const shown = value < 100 ? value.toFixed(1) : Math.round(value).toLocaleString('en')
      lines.push(`<text x="${(LABELS + width + 6).toFixed(1)}" y="${y + 13}" ${TEXT}>${shown}</text>`)
      y += BAR
    })
    y += GAP
  }
  const size = `width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}"`
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">\n<title>${title}</title>\n${lines.join(
    '\n'
  )}\n</svg>\n`
}
