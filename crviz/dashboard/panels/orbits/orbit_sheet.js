// The style sheet of the orbits, which comes with their script: browsers keep that.

export const SHEET = `
.orbits { container-type: inline-size; color: var(--ink); font-variant-numeric: tabular-nums;
  font: 0.82rem/1.45 var(--font, sans-serif); }
.orbits p { margin: 4px; }
sub { font-size: 0.74em; line-height: 0; }
sub > i { font-size: 0; }
.orbits [hidden] { display: none !important; }
.panels { display: grid; gap: 8px; grid-template-columns: minmax(0, 1fr); }
@container (min-width: 640px) { .panels { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
@container (min-width: 860px) { /* words beside the plots, which have all the height */
  .content { display: grid; gap: 0 8px; grid-template: auto 1fr / minmax(0, 1fr) 15em; }
  .panels { grid-area: 1 / 1 / span 2; }
  .content .key { flex-direction: column; }
  .content .summary { contain: size; overflow: auto; }
}
figure { margin: 0; min-width: 0; }
figcaption { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin: 4px;
  min-height: 30px; color: var(--analytic); font-size: 0.75rem; }
figcaption span { flex: 1; }
/* --picture: what the card has room for */
.plot { height: max(170px, var(--picture, 430px)); overflow: hidden; }
.plot.nothing { height: auto; margin: 12px; }
button { font: inherit; color: var(--ink); background: none; border: 1px solid var(--faint);
  border-radius: 4px; padding: 3px 8px; min-height: 28px; cursor: pointer; }
button:hover { border-color: var(--accent); }
button:focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
.key { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 4px; padding: 0; list-style: none;
  font-size: 0.75rem; }
.key svg { vertical-align: middle; margin-right: 6px; }
`
