# SPDX-License-Identifier: Apache-2.0
"""One row of the table: a figure of ours, beside an anchor's where it has one, measured in the same round."""
import statistics


class Goal:
    """What a row has to reach: a bound on ours, or on ours as a share of the anchor's."""

    def __init__(self, *, ratio_max=None, ratio_min=None, ours_max=None, ours_min=None):
        self.ratio_max, self.ratio_min = ratio_max, ratio_min
        self.ours_max, self.ours_min = ours_max, ours_min

    def text(self, unit):
        parts = [("<= ", self.ratio_max, "x"), (">= ", self.ratio_min, "x"),
                 ("<= ", self.ours_max, f" {unit}"), (">= ", self.ours_min, f" {unit}")]
        return ", ".join(f"{sign}{number(bound)}{after}" for sign, bound, after in parts if bound is not None)

    def is_met(self, ours, ratio):
        """True or false; None where nothing is asked for, or it was not measured."""
        bounds = [(ratio, self.ratio_max, 1), (ratio, self.ratio_min, -1),
                  (ours, self.ours_max, 1), (ours, self.ours_min, -1)]
        asked = [(value, bound, sign) for value, bound, sign in bounds if bound is not None]
        if not asked or any(value is None for value, _, _ in asked):
            return None
        return all(sign * value <= sign * bound for value, bound, sign in asked)


class Row:
    """`key` names the row in JSON for good; `anchor` is whose figure stands beside ours, None where there is none."""

    def __init__(self, key, title, unit, goal, anchor=None):
        self.key, self.title, self.unit, self.goal, self.anchor = key, title, unit, goal, anchor
        self.ours, self.theirs, self.why = [], [], None

    def add(self, ours, theirs=None):
        """Both figures of one round."""
        self.ours.append(ours)
        self.theirs.append(theirs)

    def skip(self, why):
        """Says why there is no figure."""
        self.why = why

    def ratios(self):
        return [a / b for a, b in zip(self.ours, self.theirs) if b]

    def result(self):
        """What is printed and kept: medians, and how far the rounds lay apart."""
        ratios = self.ratios()
        ours = statistics.median(self.ours) if self.ours else None
        theirs = [value for value in self.theirs if value is not None]
        ratio = statistics.median(ratios) if ratios else None
        return {
            "key": self.key, "title": self.title, "unit": self.unit, "goal": self.goal.text(self.unit),
            "ours": ours, "anchor": self.anchor, "anchors": statistics.median(theirs) if theirs else None,
            "ratio": ratio, "ratio_min": min(ratios, default=None), "ratio_max": max(ratios, default=None),
            "rounds": len(self.ours), "is_met": self.goal.is_met(ours, ratio), "why": self.why,
        }


def number(value):
    """Three digits that matter, and never an exponent."""
    if value is None:
        return "-"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    if size >= 1:
        return f"{value:.2f}"
    digits = 3
    while size < 0.1 and digits < 6:
        size *= 10
        digits += 1
    return f"{value:.{digits}f}"
