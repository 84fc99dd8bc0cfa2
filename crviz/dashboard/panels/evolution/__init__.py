"""Figure 1: multipoles against backtracking time."""
