import type { ReactElement } from 'react'

const SHAPES = {
  person: <><circle cx="12" cy="8" r="4" /><path d="M4 20.5c1-4.5 4.5-6 8-6s7 1.5 8 6" /></>,
  people: <><circle cx="9" cy="8" r="3.5" /><path d="M2.5 20c.8-4 3.5-5.5 6.5-5.5s5.7 1.5 6.5 5.5M16 5a3.5 3.5 0 010 6.5M18 14.8c2 .7 3.2 2.3 3.7 5.2" /></>,
  office: <path d="M4 21V9l8-5.5L20 9v12M2.5 21h19M9 21v-5h6v5M9 11.5h.1M15 11.5h.1" />,
  globe: <><circle cx="12" cy="12" r="9" /><path d="M3 12h18M12 3c5 5.5 5 12.5 0 18-5-5.5-5-12.5 0-18z" /></>,
  arrow: <path d="M5 12h14M13 6l6 6-6 6" />,
  back: <path d="M19 12H5M11 6l-6 6 6 6" />,
  up: <path d="M12 20V5M6 11l6-6 6 6" />,
  check: <path d="M5 12.5l4.5 4.5L19 7.5" />,
  ok: <><circle cx="12" cy="12" r="9" /><path d="M8 12.5l3 3 5.5-6" /></>,
  error: <><path d="M8 3h8l5 5v8l-5 5H8l-5-5V8z" /><path d="M12 7.5v5.5M12 16v.3" /></>,
  warning: <><path d="M12 3.5L22 20.5H2z" /><path d="M12 10v5M12 17.6v.3" /></>,
  info: <><circle cx="12" cy="12" r="9" /><path d="M12 11v5.5M12 7.7v.3" /></>,
  clock: <><circle cx="12" cy="12" r="9" /><path d="M12 7v5.5l3.5 2" /></>,
  half: <><circle cx="12" cy="12" r="9" /><path d="M12 3a9 9 0 010 18z" fill="currentColor" /></>,
  dashed: <circle cx="12" cy="12" r="9" strokeDasharray="3.2 3.2" />,
  none: <><circle cx="12" cy="12" r="9" /><path d="M5.7 5.7l12.6 12.6" /></>,
  stamp: <><circle cx="12" cy="12" r="9" /><circle cx="12" cy="12" r="5.5" /></>,
  mail: <><rect x="2.5" y="5" width="19" height="14" rx="2" /><path d="M3 7l9 6.5L21 7" /></>,
  chart: <><path d="M4 3.5v17h17" /><path d="M8 16v-4M13 16V7M18 16v-6" /></>,
  pen: <path d="M4 20l1-4.5L16.5 4l3.5 3.5L8.5 19z" />,
  gavel: <path d="M13.5 3.5l7 7M11 6l7 7M14.5 9.5L5 19l-1.5-1.5L12.5 8M12 21.5h9" />,
  shield: <><path d="M12 2.5l8 3v6.5c0 5-3.5 8-8 9.5-4.5-1.5-8-4.5-8-9.5V5.5z" /><path d="M8.5 12l2.5 2.5 4.5-5" /></>,
  stages: <><rect x="3" y="3" width="8" height="5.5" rx="1" /><rect x="13" y="15.5" width="8" height="5.5" rx="1" /><path d="M7 8.5v4.5c0 3 2 5.2 6 5.2" /></>,
  home: <path d="M3 11.5L12 4l9 7.5M5.5 9.5V20.5h13V9.5" />,
  list: <path d="M8 6h13M8 12h13M8 18h13M3.5 6h.1M3.5 12h.1M3.5 18h.1" />,
  undo: <><path d="M8 4L3.5 8.5 8 13" /><path d="M3.5 8.5H15a5.5 5.5 0 010 11H9" /></>,
  bell: <path d="M6 17V11a6 6 0 0112 0v6l2 1.5H4zM10 21h4" />,
  search: <><circle cx="10.5" cy="10.5" r="6.5" /><path d="M15.5 15.5L21 21" /></>,
  plus: <path d="M12 5v14M5 12h14" />,
  minus: <path d="M5 12h14" />,
  lock: <><rect x="4.5" y="10.5" width="15" height="10.5" rx="2" /><path d="M8 10.5V7.5a4 4 0 018 0v3" /></>,
  flag: <path d="M5 21.5V3.5h13l-2.5 4.5L18 12.5H5" />,
  menu: <path d="M4 7h16M4 12h16M4 17h16" />,
  tie: <path d="M4 14c3-6 5-6 8-3s5 3 8-3" />,
  clip: <path d="M20 11.5l-8.5 8.5a5 5 0 01-7-7L13.5 4a3.3 3.3 0 014.7 4.7l-8.5 8.5a1.7 1.7 0 01-2.4-2.4L15 7" />,
  calendar: <><rect x="3.5" y="5" width="17" height="15.5" rx="2" /><path d="M3.5 10h17M8 2.5v4M16 2.5v4" /></>,
  keyboard: <><rect x="2" y="6" width="20" height="12.5" rx="2" /><path d="M6 10h.1M10 10h.1M14 10h.1M18 10h.1M8 14.5h8" /></>,
  pin: <path d="M9 3h6l-1 6 4 4H6l4-4zM12 13v8" />,
  leave: <path d="M13 3.5H5v17h8M10 12h11M17 8l4 4-4 4" />,
  print: <><path d="M7 8V3.5h10V8M7 17H4V9.500c0-.8.7-1.5 1.5-1.5h13c.8 0 1.5.7 1.5 1.5V17h-3" /><path d="M7 14h10v6.5H7z" /></>,
  file: <><path d="M6 2.5h8l5 5v14H6z" /><path d="M14 2.5v5h5M9 13h7M9 17h5" /></>,
  offline: <path d="M3 3l18 18M8.5 15.5a5 5 0 017 0M5 12a10 10 0 014-2.4M12 9a10 10 0 017 3M2 8.5a15 15 0 014-2.6M10 5a15 15 0 0112 3.500M12 19.500h.1" />,
} satisfies Record<string, ReactElement>

export type IconName = keyof typeof SHAPES

/** A sign beside a text that says the same; by itself it is hidden from assistive technology. */
export function Icon({ name }: { name: IconName }) {
  return <svg className="i" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{SHAPES[name]}</svg>
}

export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 36 36" aria-hidden="true" focusable="false">
      <rect width="36" height="36" rx="8" fill="var(--key)" />
      <g fill="var(--on-key)">
        <rect x="8" y="8" width="20" height="4" rx="1" /><rect x="8" y="14" width="15" height="4" rx="1" />
        <rect x="4" y="21" width="28" height="2.5" /><rect x="8" y="26" width="10" height="4" rx="1" opacity=".55" />
      </g>
    </svg>
  )
}
