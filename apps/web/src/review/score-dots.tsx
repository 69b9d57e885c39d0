const WIDTH = 146, HEIGHT = 46, LEFT = 6, RADIUS = 4, STEP = 8

/** A dot a reviewer; where two would hide one another they stack, first to one side of the line and then to the other. */
export function ScoreDots({ scores, range: [low, high], label }: { scores: readonly number[]; range: readonly [number, number]; label: string }) {
  const span = high - low || 1, place = (score: number): number => LEFT + (score - low) / span * (WIDTH - 2 * LEFT)
  const dots: { x: number; y: number }[] = []
  for (const score of [...scores].sort((a, b) => a - b)) {
    const x = place(score), middle = HEIGHT / 2
    const levels = [0, -1, 1, -2, 2].map((level) => middle + level * STEP)
    dots.push({ x, y: levels.find((y) => dots.every((dot) => Math.hypot(dot.x - x, dot.y - y) >= 2 * RADIUS)) ?? middle })
  }
  const mean = scores.reduce((sum, score) => sum + score, 0) / (scores.length || 1)
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img" aria-label={label}>
      <line x1={LEFT} x2={WIDTH - LEFT} y1={HEIGHT / 2} y2={HEIGHT / 2} stroke="var(--rule)" strokeWidth="2" />
      {scores.length > 0 && <rect x={place(mean) - 1.5} y="3" width="3" height={HEIGHT - 6} fill="var(--ink)" />}
      {dots.map(({ x, y }, at) => <circle key={at} cx={x} cy={y} r={RADIUS} fill="var(--key)" />)}
    </svg>
  )
}
