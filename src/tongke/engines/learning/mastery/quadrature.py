"""Beliefs about logits as rows of numbers on one fixed grid: exact enough, and all at once.

A normal approximation in closed form would be shorter to store, but it is not monotone for
items that can be guessed; on a grid the posterior is the posterior (97 nodes, 1/8 logit apart:
means agree with 10 times as many nodes to 1e-4).
"""

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]

GRID: Rows = np.linspace(-6.0, 6.0, 97)
STEP = float(GRID[1] - GRID[0])


def response(difficulty: Rows, guess: Rows, slip: float) -> Rows:
    """P(right) at each node; arguments of shape (n,), result (n, nodes), within (0, 1)."""
    known = sigmoid(GRID[None, :] - difficulty[:, None])
    right = guess[:, None] + (1 - guess[:, None] - slip) * known
    return np.clip(right, 1e-9, 1 - 1e-9)


def log_likelihood(score: Rows, weight: Rows, right: Rows) -> Rows:
    """Weighted log likelihood of scores in [0, 1] at each node; (n,), (n,), (n, nodes)."""
    part = score[:, None]
    full: Rows = part * np.log(right) + (1 - part) * np.log1p(-right)
    return weight[:, None] * full


def sigmoid(logit: Rows) -> Rows:
    """The logistic curve."""
    curve: Rows = 1 / (1 + np.exp(-logit))
    return curve


def normal(mean: Rows, sd: Rows) -> Rows:
    """Log density of normal beliefs at the nodes, without the constant; (n,) to (n, nodes)."""
    # Beyond the grid a belief would lose its middle, so it is drawn to where it still counts.
    middle = np.clip(mean, GRID[0] + 2, GRID[-1] - 2)
    distance: Rows = (GRID[None, :] - middle[:, None]) / sd[:, None]
    return -0.5 * distance**2


def weights(log_density: Rows) -> Rows:
    """Probabilities of the nodes, each row adding up to 1."""
    grown: Rows = np.exp(log_density - log_density.max(axis=1, keepdims=True))
    shares: Rows = grown / grown.sum(axis=1, keepdims=True)
    return shares


def moments(probability: Rows) -> tuple[Rows, Rows]:
    """Mean and standard deviation of each row."""
    mean = probability @ GRID
    variance = probability @ GRID**2 - mean**2
    return mean, np.sqrt(np.maximum(variance, STEP**2 / 12))


def quantile(probability: Rows, share: float) -> Rows:
    """The logit below which each row holds that share, linear between nodes."""
    filled = np.cumsum(probability, axis=1)
    index = np.argmax(filled >= share, axis=1)
    rows = np.arange(len(probability))
    here = probability[rows, index]
    inside = (share - (filled[rows, index] - here)) / here
    at: Rows = GRID[index] + (np.clip(inside, 0, 1) - 0.5) * STEP
    return at


def spread(sd: float) -> Rows:
    """Matrix whose column j is a normal of that deviation about node j; columns add up to 1."""
    kernel: Rows = np.exp(-0.5 * ((GRID[:, None] - GRID[None, :]) / sd) ** 2)
    kernel /= kernel.sum(axis=0, keepdims=True)
    return kernel


def blurred(log_rows: Rows, kernel: Rows) -> Rows:
    """Log likelihood of a pupil's mean, given that of one point: averaged over the spread."""
    top = log_rows.max(axis=1, keepdims=True)
    mixed: Rows = np.log(np.exp(log_rows - top) @ kernel + 1e-300) + top
    return mixed
