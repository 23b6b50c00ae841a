"""The error function in double precision.

Source: W. J. Cody, Rational Chebyshev approximations for the error function, Mathematics of
Computation 23 (1969); the coefficients are those of the routine CALERF in SPECFUN.
"""

from __future__ import annotations

import numpy as np

from aspl.values.column import Array

_SMALL_OVER = (
    1.85777706184603153e-1,
    3.16112374387056560e0,
    1.13864154151050156e2,
    3.77485237685302021e2,
    3.20937758913846947e3,
)
_SMALL_UNDER = (
    1.0,
    2.36012909523441209e1,
    2.44024637934444173e2,
    1.28261652607737228e3,
    2.84423683343917062e3,
)
_MIDDLE_OVER = (
    2.15311535474403846e-8,
    5.64188496988670089e-1,
    8.88314979438837594e0,
    6.61191906371416295e1,
    2.98635138197400131e2,
    8.81952221241769090e2,
    1.71204761263407058e3,
    2.05107837782607147e3,
    1.23033935479799725e3,
)
_MIDDLE_UNDER = (
    1.0,
    1.57449261107098347e1,
    1.17693950891312499e2,
    5.37181101862009858e2,
    1.62138957456669019e3,
    3.29079923573345963e3,
    4.36261909014324716e3,
    3.43936767414372164e3,
    1.23033935480374942e3,
)
_LARGE_OVER = (
    1.63153871373020978e-2,
    3.05326634961232344e-1,
    3.60344899949804439e-1,
    1.25781726111229246e-1,
    1.60837851487422766e-2,
    6.58749161529837803e-4,
)
_LARGE_UNDER = (
    1.0,
    2.56852019228982242e0,
    1.87295284992346725e0,
    5.27905102951428412e-1,
    6.05183413124413191e-2,
    2.33520497626869185e-3,
)
_SMALL, _LARGE, _ONE = 0.46875, 4.0, 6.0
_INVERSE_ROOT_PI = 5.6418958354775628695e-1


def erf(x: Array) -> Array:
    """Return the error function of every number, at the precision of the argument."""
    values = np.asarray(x, dtype=np.float64).reshape(-1)
    size = np.abs(values)
    # beyond 6 the function is 1 in double precision; NaN stays
    result = np.where(np.isnan(values), values, 1.0)
    small = size <= _SMALL
    middle = (size > _SMALL) & (size <= _LARGE)
    large = (size > _LARGE) & (size < _ONE)
    result[small] = _near_zero(size[small])
    result[middle] = 1.0 - _tail(size[middle])
    result[large] = 1.0 - _far_tail(size[large])
    signed = np.copysign(result, values).reshape(np.shape(x))
    return signed.astype(x.dtype) if x.dtype.kind == "f" else signed


def _near_zero(y: Array) -> Array:
    square = y * y
    return y * _polynomial(_SMALL_OVER, square) / _polynomial(_SMALL_UNDER, square)


def _tail(y: Array) -> Array:
    return _decay(y) * _polynomial(_MIDDLE_OVER, y) / _polynomial(_MIDDLE_UNDER, y)


def _far_tail(y: Array) -> Array:
    square = 1.0 / (y * y)
    ratio = square * _polynomial(_LARGE_OVER, square) / _polynomial(_LARGE_UNDER, square)
    return _decay(y) * (_INVERSE_ROOT_PI - ratio) / y


def _decay(y: Array) -> Array:
    # exp(-y*y) in two factors: the first exponent is exact, which saves the digits of the second
    near = np.trunc(y * 16.0) / 16.0
    decay: Array = np.exp(-near * near) * np.exp(-(y - near) * (y + near))
    return decay


def _polynomial(coefficients: tuple[float, ...], x: Array) -> Array:
    total = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        total = total * x + coefficient
    return total
