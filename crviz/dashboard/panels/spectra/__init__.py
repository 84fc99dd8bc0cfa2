"""Figure 2: power spectra at one time."""
