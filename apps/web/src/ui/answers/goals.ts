import type { Label } from '../../texts/texts.js'

/** The Sustainable Development Goals by their short names, 1 to 17. */
export const GOALS: readonly Label[] = [
  { ja: '貧困をなくそう', en: 'No poverty' }, { ja: '飢餓をゼロに', en: 'Zero hunger' }, { ja: 'すべての人に健康と福祉を', en: 'Good health and well-being' },
  { ja: '質の高い教育をみんなに', en: 'Quality education' }, { ja: 'ジェンダー平等を実現しよう', en: 'Gender equality' }, { ja: '安全な水とトイレを世界中に', en: 'Clean water and sanitation' },
  { ja: 'エネルギーをみんなに そしてクリーンに', en: 'Affordable and clean energy' }, { ja: '働きがいも経済成長も', en: 'Decent work and economic growth' }, { ja: '産業と技術革新の基盤をつくろう', en: 'Industry, innovation and infrastructure' },
  { ja: '人や国の不平等をなくそう', en: 'Reduced inequalities' }, { ja: '住み続けられるまちづくりを', en: 'Sustainable cities and communities' }, { ja: 'つくる責任 つかう責任', en: 'Responsible consumption and production' },
  { ja: '気候変動に具体的な対策を', en: 'Climate action' }, { ja: '海の豊かさを守ろう', en: 'Life below water' }, { ja: '陸の豊かさも守ろう', en: 'Life on land' },
  { ja: '平和と公正をすべての人に', en: 'Peace, justice and strong institutions' }, { ja: 'パートナーシップで目標を達成しよう', en: 'Partnerships for the goals' },
]
