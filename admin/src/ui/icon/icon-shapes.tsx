import type { ReactNode } from "react";

/** Every mark of the product, drawn on a 16 px grid. Loudness follows the need to act: a check is thin, a cross is solid. */
export const iconShapes = {
  check: <path d="M3 8.5 6.5 12 13 4.5" strokeWidth="1.75" />,
  cross: (
    <>
      <circle cx="8" cy="8" r="6.75" fill="currentColor" stroke="none" />
      <path d="m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6" stroke="var(--surface)" />
    </>
  ),
  triangle: (
    <>
      <path d="M8 1.9 15 14H1z" fill="currentColor" strokeWidth="1" />
      <path d="M8 6.4v3.4M8 11.9v.01" stroke="var(--surface)" />
    </>
  ),
  half: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.6a3.4 3.4 0 0 1 0 6.8z" fill="currentColor" stroke="none" />
    </>
  ),
  hollow: <circle cx="8" cy="8" r="6" />,
  bars: <path d="M5.5 3.5v9M10.500 3.5v9" strokeWidth="2.5" />,
  slash: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M4 12 12 4" />
    </>
  ),
  clock: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.500V8l2.500 1.500" />
    </>
  ),
  reload: <path d="M13.5 8a5.5 5.5 0 1 1-1.7-4M13.5 1.8v3h-3" />,
  search: (
    <>
      <circle cx="7" cy="7" r="4.5" />
      <path d="m10.5 10.5 3.5 3.5" />
    </>
  ),
  theme: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
    </>
  ),
  sun: (
    <>
      <circle cx="8" cy="8" r="3" />
      <path d="M8 1.5v1.300M8 13.200v1.300M1.500 8h1.300M13.200 8h1.300M3.400 3.400l.9.9M11.700 11.700l.9.9M12.600 3.400l-.9.9M4.300 11.700l-.9.9" />
    </>
  ),
  moon: <path d="M13.200 9.800A5.600 5.600 0 0 1 6.200 2.800a5.600 5.600 0 1 0 7 7z" />,
  screen: (
    <>
      <rect x="2" y="3" width="12" height="8" rx="1.2" />
      <path d="M6 13.500h4M8 11v2.500" />
    </>
  ),
  dashboard: (
    <>
      <rect x="2" y="2" width="5" height="7" rx="1" />
      <rect x="9" y="2" width="5" height="4" rx="1" />
      <rect x="2" y="11" width="5" height="3" rx="1" />
      <rect x="9" y="8" width="5" height="6" rx="1" />
    </>
  ),
  flow: (
    <>
      <circle cx="4" cy="3.5" r="1.8" />
      <circle cx="4" cy="12.5" r="1.8" />
      <circle cx="12" cy="8" r="1.8" />
      <path d="M4 5.3v5.4M4 8h6.2" />
    </>
  ),
  task: <path d="M6 4h8M6 8h8M6 12h8M2.5 4h.01M2.5 8h.01M2.5 12h.01" />,
  request: <path d="M2 3.5h12v8H7l-3 2.5v-2.5H2z" />,
  unit: (
    <path d="M8 4C6.5 2.800 4.500 2.500 2 2.700v9.600c2.500-.2 4.500.1 6 1.300 1.500-1.200 3.500-1.500 6-1.300V2.700c-2.500-.2-4.500.1-6 1.300zm0 0v9.600" />
  ),
  user: (
    <>
      <circle cx="8" cy="5.500" r="2.800" />
      <path d="M2.800 13.800c.5-2.700 2.500-4.100 5.200-4.100s4.700 1.400 5.200 4.100" />
    </>
  ),
  more: <path d="M3.500 8h.01M8 8h.01M12.500 8h.01" strokeWidth="2.5" />,
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8" rx="1.5" />
      <path d="M3.5 10.500h-1v-8h8v1" />
    </>
  ),
  right: <path d="m6 4 4 4-4 4" />,
  left: <path d="m10 4-4 4 4 4" />,
  down: <path d="m4 6 4 4 4-4" />,
  up: <path d="M8 13V3M4 7l4-4 4 4" />,
  close: <path d="m4 4 8 8m0-8-8 8" />,
  plus: <path d="M8 3v10M3 8h10" />,
  pencil: <path d="m10.800 2.800 2.400 2.400-7.800 7.800-3 .6.6-3z" />,
  bin: (
    <path d="M3 4.500h10M6.200 4.500v-2h3.600v2M4.300 4.500l.6 9h6.200l.6-9M6.700 7v4.200M9.300 7v4.200" />
  ),
  bookmark: <path d="M4 2.500h8v11l-4-3-4 3z" />,
  filter: <path d="M2 4h12M4.500 8h7M6.700 12h2.600" />,
  eye: (
    <>
      <path d="M1.500 8S4 3.500 8 3.500 14.500 8 14.500 8 12 12.500 8 12.500 1.500 8 1.500 8z" />
      <circle cx="8" cy="8" r="2" />
    </>
  ),
  table: (
    <>
      <rect x="2" y="3" width="12" height="10" rx="1.500" />
      <path d="M2 6.500h12M6.500 6.500V13" />
    </>
  ),
  bolt: <path d="M9 1.500 3.500 9H8l-1 5.500L12.500 7H8z" />,
  file: <path d="M9.500 2H4v12h8V4.500zM9.500 2v2.500H12M6 8h4M6 10.500h4" />,
  upload: <path d="M8 10.500V3M5 5.800 8 2.800l3 3M2.500 10.500v2.700h11v-2.700" />,
  play: <path d="M5 3.200v9.600l7.500-4.800z" fill="currentColor" />,
  sound: (
    <path d="M2.500 6v4h2.300L8 12.700V3.300L4.800 6zM10.500 5.800a3 3 0 0 1 0 4.400M12.300 4a5.500 5.500 0 0 1 0 8" />
  ),
  image: (
    <>
      <rect x="2" y="3" width="12" height="10" rx="1.500" />
      <circle cx="5.700" cy="6.300" r="1" />
      <path d="m2.500 11.500 3.300-3 2.500 2.200 2.500-2.700 3 3" />
    </>
  ),
  away: (
    <path d="M2 5.200c3.600-2.900 8.400-2.900 12 0M4.500 8c2.100-1.600 4.900-1.600 7 0M8 11.500v.01M2.500 13.500l11-11" />
  ),
  book: (
    <path d="M3 3.200C3 2.500 3.500 2 4.200 2H13v9.500H4.200C3.500 11.500 3 12 3 12.700zm0 9.500c0 .7.500 1.300 1.200 1.300H13v-2.500" />
  ),
  bell: (
    <path d="M8 2v-.700M3.500 11.500c1-.800 1-2 1-4.300a3.500 3.500 0 0 1 7 0c0 2.300 0 3.500 1 4.300zM6.700 13.700c.300.500.700.700 1.300.700s1-.200 1.300-.700" />
  ),
  plug: (
    <path d="M5.500 2v3.500M10.500 2v3.500M3.500 5.500h9v2.300A4.500 4.500 0 0 1 8 12.300a4.500 4.500 0 0 1-4.500-4.500zM8 12.300V14.500" />
  ),
  outward: <path d="M9 2.500h4.500V7M13.200 2.800 7.500 8.500M11.500 9.500v4h-9v-9h4" />,
  gear: (
    <>
      <circle cx="8" cy="8" r="2.200" />
      <path d="M8 1.500v2M8 12.500v2M1.500 8h2M12.500 8h2M3.400 3.400l1.400 1.400M11.200 11.200l1.400 1.400M3.400 12.600l1.400-1.400M11.200 4.800l1.400-1.400" />
    </>
  ),
  leave: <path d="M6.500 2.500h-4v11h4M6 8h7.500M10.800 5 13.800 8l-3 3" />,
  key: (
    <>
      <circle cx="5" cy="11" r="2.800" />
      <path d="M7 9 13.500 2.500M11 5l2 2" />
    </>
  ),
  shield: (
    <path d="M8 1.800 13.500 4v3.800c0 3.200-2.300 5.500-5.500 6.600-3.200-1.100-5.500-3.400-5.500-6.600V4z" />
  ),
  log: <path d="M3.500 2h9v12h-9zM6 5.500h4M6 8h4M6 10.500h2.500" />,
} satisfies Record<string, ReactNode>;

/** The name of a mark. */
export type IconName = keyof typeof iconShapes;
