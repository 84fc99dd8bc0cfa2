"""nu_r(x) from a measured spectrum: few multipoles, with errors.

Eq. 15 is linear in g = 1/nu_r. g is written as the power law that fits best times b(ln(1 - x)), a
non-negative function with straight lines between knots, and found by least squares. Where the
multipoles do not tell, b is smooth: its second differences are a priori independent and normal with
variance 1/stiffness, so that power laws cost nothing. The stiffness is the most probable one given
the spectrum (its evidence, with non-negativity left aside). The discrepancy principle, chi2 = L,
was tried as well: it smooths rates that are no power law too much, and follows the noise of every
spectrum whose chi2 is above L by chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.polynomial.legendre import leggauss, legvander

from crviz.arrays import Array, ArrayLike
from crviz.checks import ParameterError
from crviz.theory.covariance import whitening
from crviz.theory.fitting import fit

_KNOTS = 40
_STIFFNESS = np.geomspace(1e8, 1e-1, 19)
_DRAWS = 100
_BAND = (0.16, 0.84)
#: b is not followed below; the rate is then 1000 times that of the power law.
_LEAST_B = 1e-3
#: At most; where b is all but a power law, some need more than the 3 a knot that are usual.
_ITERATIONS = 100 * _KNOTS


@dataclass(frozen=True, eq=False)
class MeasuredRate:
    """A rate read off a measured spectrum.

    Attributes
    ----------
    x, nu_r : (...) [1], [Omega]
    low, high : (...) [Omega]
        Central 68 % of rates drawn from what spectrum and smoothness leave open. In trials with
        30 multipoles good to 5 % they held the true rate in 60 % of the cases where it is smooth
        in ln(1 - x), and in 50 % where it has a bump of the width of one.
    power
        p of the power law that fits best; beyond the resolution of the multipoles nu_r follows it.
    chi2
    stiffness
        How smooth 1/nu_r was taken to be; at 1e8 it is a power law.
    """

    x: Array
    nu_r: Array
    low: Array
    high: Array
    power: float
    chi2: float
    stiffness: float


@dataclass(frozen=True, eq=False)
class _Problem:
    """Least squares for b at the knots (J,), whitened.

    data (L,); the C_l of each knot as far as they do not depend on x0, and what x0 multiplies,
    (L, J); the integrals of g and of x g for each knot (J,); second differences (J - 2, J).
    """

    data: Array
    odd: Array
    plain: Array
    weight: Array
    moment: Array
    rough: Array
    form: str

    def design(self, x0: float) -> Array:
        """(L, J): 3/2 / (l(l+1)) * integral (x - x0) P_l g for each knot."""
        return self.odd - x0 * self.plain

    def x0(self, b: Array) -> float:
        """Where the flux nu_r K' vanishes: 0 as printed, the mean of x over g otherwise."""
        return 0.0 if self.form == "printed" else (self.moment @ b) / (self.weight @ b)

    def evidence(self, stiffness: float) -> float:
        """Logarithm of the probability of the data for a given stiffness, less a constant."""
        b = _solve(self, stiffness)
        design = self.design(self.x0(b))
        misfit = np.sum((design @ b - self.data) ** 2) + stiffness * np.sum((self.rough @ b) ** 2)
        _, volume = np.linalg.slogdet(design.T @ design + stiffness * self.rough.T @ self.rough)
        return (len(self.rough) * np.log(stiffness) - misfit - volume) / 2


def measured_rate(
    x: ArrayLike,
    ell: ArrayLike,
    cl: ArrayLike,
    covariance: ArrayLike,
    *,
    form: str = "printed",
    q1: float = 1.0,
) -> MeasuredRate:
    """nu_r(x) by non-negative least squares in 1/nu_r, with its error band.

    The band comes from solving again with spectrum and smoothness perturbed at random by their
    (co)variances, which is sampling from the posterior as long as b stays positive. The random
    numbers are the same every time.

    A covariance that was estimated from the same fields is to be made smooth first
    (`covariance.smooth_covariance`). As it stands, that of 120 fields and 40 multipoles makes nu_r too
    large by 15 to 20 % in trials: what is low by chance seems more precise than it is.

    Parameters
    ----------
    x : (...), -1 <= x < 1
    ell : (L,) int >= 1, L >= 4; gaps are allowed
    cl : (L,)
    covariance : (L, L), or variances (L,)
    form : "printed" or "self-consistent"
    q1 : > 0 [unit of cl times Omega]

    Raises
    ------
    ParameterError, ValueError
        As `fitting.fit`.
    """
    ell = np.asarray(ell)
    if ell.size < 4:
        raise ParameterError("ell", ell.tolist(), "must hold 4 multipoles at least")
    reference = fit(ell, cl, covariance, form=form, q1=q1)
    knots = np.linspace(np.log(0.02 / ell.max() ** 2), np.log(2), _KNOTS)  # P_l = 1 from the first one on
    plain, odd = (
        q1 / reference.nu0 * integrals for integrals in _knot_integrals(knots, int(ell.max()), reference.p)
    )
    whiten, front = whitening(covariance, ell.size), 1.5 / (ell * (ell + 1))[:, None]
    problem = _Problem(
        data=whiten(cl),
        odd=whiten(front * odd[ell]),
        plain=whiten(front * plain[ell]),
        weight=plain[0],
        moment=odd[0],
        rough=np.diff(np.eye(_KNOTS), 2, axis=0),
        form=form,
    )
    stiffness = max(_STIFFNESS, key=problem.evidence)
    best = _solve(problem, stiffness)
    rng = np.random.default_rng(0)
    draws = [_solve(problem, stiffness, rng, best) for _ in range(_DRAWS)]

    def rate(b: Array) -> Array:
        y = 1 - np.asarray(x, float)
        return reference.nu0 * y**reference.p / np.maximum(np.interp(np.log(y), knots, b), _LEAST_B)

    low, high = np.quantile([rate(b) for b in draws], _BAND, axis=0)
    chi2 = float(np.sum((problem.design(problem.x0(best)) @ best - problem.data) ** 2))
    return MeasuredRate(np.asarray(x, float), rate(best), low, high, reference.p, chi2, float(stiffness))


def _knot_integrals(knots: Array, lmax: int, power: float, order: int = 16) -> list[Array]:
    """Integrals of P_l g and x P_l g over x for g = (1 - x)^-power times the hat of each knot.

    Returns two arrays (lmax + 1, knots). Below the lowest knot the hat stays at 1, and P_l and x are 1.
    """
    at, weight = leggauss(order)
    at, weight = (at + 1) / 2, weight / 2
    step = knots[1] - knots[0]
    y = np.exp(knots[:-1, None] + step * at)  # 1 - x
    measure = step * weight * y ** (1 - power)
    legendre = legvander(1 - y, lmax)
    tail = np.exp(knots[0]) ** (1 - power) / (1 - power)
    results = []
    for function in (legendre, legendre * (1 - y)[..., None]):
        moments = np.zeros((lmax + 1, len(knots)))
        moments[:, 1:] += np.einsum("cn,cnl->lc", measure * at, function)
        moments[:, :-1] += np.einsum("cn,cnl->lc", measure * (1 - at), function)
        moments[:, 0] += tail
        results.append(moments)
    return results


def _solve(
    problem: _Problem,
    stiffness: float,
    rng: np.random.Generator | None = None,
    start: Array | None = None,
) -> Array:
    """b (J,) >= 0, with x0 iterated until it is that of b.

    rng perturbs data and smoothness by their errors.
    """
    target = np.r_[problem.data, np.zeros(len(problem.rough))]
    if rng is not None:
        target = target + rng.normal(size=target.size)
    b = np.ones(problem.rough.shape[1]) if start is None else start
    x0 = problem.x0(b)
    for _ in range(30):
        rows = np.r_[problem.design(x0), np.sqrt(stiffness) * problem.rough]
        b, _ = scipy.optimize.nnls(rows, target, maxiter=_ITERATIONS)
        before, x0 = x0, problem.x0(b)
        if abs(x0 - before) < 1e-5:
            break
    return b
