// The steps of the tour: the panel that each speaks of, what it sets, as a link would (T of those recorded, the nearest), what it presses,
// and its words. Another language is another file of this kind.

/** @typedef {{panel: string, set: Record<string, any>, press?: string, title: string, words: string}} Step */

const START = {
  turbulence: "isotropic", gamma: 11 / 3, lambda_min: 0.01, lambda_max: 100, n_modes: 200, sigma2: 1, rl_over_lc: 0.1,
  nside: 32, grids: "cross", theta: 90, phi: 0, realization: 0, smooth: 0, without_dipole: false,
  p: 0.5, form: "printed", estimator: "cross", observed: "hawc-icecube-10", normalization: "fit", d_ell: false, T: 24,
}

export const TOUR = {
  next: "Next", back: "Back", skip: "Skip the tour", end: "Done",
  busy: "The tour sets other parameters, so it waits until the run is over.",
  /** @type {Step[]} */
  steps: [
    {
      panel: "sky", set: {...START, T: 1}, title: "A dipole",
      words: "The density of cosmic rays grows towards ∇n (★). Those that arrive have flown straight so far: more come from there, fewer from the opposite side. This smooth dipole is what diffusion predicts for all times.",
    },
    {
      panel: "orbits", set: {...START, T: 12}, press: "orbit", title: "Orbits part",
      words: "One cosmic ray and its neighbours, up to 20 degrees apart, are followed back through the same magnetic field. They stay together at first; then the turbulence sends them different ways.",
    },
    {
      panel: "sky", set: {...START, T: 24}, title: "Spots",
      words: "Followed back further, neighbours come from places of different density. Where orbits part, the dipole is torn into spots with sharp edges, which get ever smaller.",
    },
    {
      panel: "spectra", set: {...START, T: 100, normalization: "dipole"}, title: "The spectrum",
      words: "Structures by size: ℓ = 1 is the dipole, ℓ = 10 some 18 degrees. ◆ is the mean power of the simulated skies; lines are the theory of relative diffusion for the chosen p and others.",
    },
    {
      panel: "spectra", set: {...START, T: 100}, title: "The data",
      words: "○ is the sky as HAWC and IceCube measured it at 10 TeV. Simulated skies and theory are seen through the same window and fitted to it. Choose other observations at “Compare with”.",
    },
    {
      panel: "sky", set: {...START, sigma2: 0.1}, title: "Your turn",
      words: "Now σ² is 0.1: weak turbulence leaves broad structures. Set σ² and r_L/L_c as you like. The nearest result is there at once, the chip above says which, and Run simulates your own.",
    },
  ],
}
