"""Records what SDMetrics says of small tables, for engine/evaluate/sdmetrics.test.ts to be compared with.

Run by hand where Python has sdmetrics: python scripts/record-sdmetrics.py > engine/testing/sdmetrics.json
Tables have nulls, dates, constants, booleans, levels that one side lacks, and numbers on the edges of bins.
"""

import json
import math
import warnings

import numpy as np
import pandas as pd
import sdmetrics
from scipy.stats import ks_2samp, spearmanr
from sdmetrics.reports.single_table._properties import ColumnPairTrends, ColumnShapes
from sdmetrics.single_column import (
    BoundaryAdherence,
    CategoryAdherence,
    CategoryCoverage,
    KeyUniqueness,
    MissingValueSimilarity,
    RangeCoverage,
)
from sdmetrics.single_table import DCROverfittingProtection
from sdmetrics.single_table.privacy.dcr_utils import calculate_dcr

warnings.filterwarnings('ignore')
SDTYPES = {'number': 'numerical', 'date': 'datetime', 'category': 'categorical', 'boolean': 'boolean'}


def number(value):
    value = float(value)
    return None if math.isnan(value) else value


def frame(kinds, rows):
    """A data frame of columns as lists; dates are days since 1970."""
    columns = {}
    for name, kind in kinds.items():
        values = rows[name]
        if kind == 'number':
            columns[name] = pd.Series(values, dtype='float64')
        elif kind == 'date':
            columns[name] = pd.to_datetime(pd.Series(values, dtype='float64'), unit='D')
        else:
            columns[name] = pd.Series(values, dtype='object')
    return pd.DataFrame(columns)


def trends(real, synthetic, metadata, correlation, association):
    measured = ColumnPairTrends()
    measured.real_correlation_threshold = correlation
    measured.real_association_threshold = association
    score = measured.get_score(real, synthetic, metadata)
    pairs = [
        {'columns': [row['Column 1'], row['Column 2']], 'metric': row['Metric'], 'score': number(row['Score'])}
        for _, row in measured.details.iterrows()
    ]
    return {'score': number(score), 'pairs': pairs}


def single(real, synthetic, kinds):
    found = {}
    for name, kind in kinds.items():
        a, b = real[name], synthetic[name]
        numeric = kind in ('number', 'date')
        metrics = {'missing': MissingValueSimilarity, 'unique': KeyUniqueness}
        metrics['coverage'] = RangeCoverage if numeric else CategoryCoverage
        metrics['adherence'] = BoundaryAdherence if numeric else CategoryAdherence
        scores = {}
        for key, metric in metrics.items():
            try:
                scores[key] = number(metric.compute(a, b))
            except Exception:
                scores[key] = None
        if kind == 'number' and a.notna().any() and b.notna().any():
            test = ks_2samp(a.dropna(), b.dropna(), method='asymp')
            scores['ks_p'] = number(test.pvalue)
        found[name] = scores
    return found


def record(name, kinds, real_rows, synthetic_rows, holdout_rows=None):
    metadata = {'columns': {column: {'sdtype': SDTYPES[kind]} for column, kind in kinds.items()}}
    real, synthetic = frame(kinds, real_rows), frame(kinds, synthetic_rows)
    shapes = ColumnShapes()
    shape_score = shapes.get_score(real, synthetic, metadata)
    recorded = {
        'name': name,
        'kinds': kinds,
        'real': real_rows,
        'synthetic': synthetic_rows,
        'shapes': {
            'score': number(shape_score),
            'columns': {row['Column']: number(row['Score']) for _, row in shapes.details.iterrows()},
        },
        'trends': trends(real, synthetic, metadata, 0, 0),
        'thresholded': trends(real, synthetic, metadata, 0.5, 0.3),
        'single': single(real, synthetic, kinds),
    }
    numbers = [column for column, kind in kinds.items() if kind == 'number']
    if len(numbers) > 1:
        both = real[numbers[:2]].dropna()
        recorded['spearman'] = number(spearmanr(both[numbers[0]], both[numbers[1]])[0])
    if holdout_rows is not None:
        holdout = frame(kinds, holdout_rows)
        recorded['holdout'] = holdout_rows
        recorded['dcr'] = [number(d) for d in calculate_dcr(synthetic, real, metadata)]
        recorded['overfitting'] = number(
            DCROverfittingProtection.compute(
                real, synthetic, holdout, {'tables': {'table': metadata}}, 'table'
            )
        )
    return recorded


def listed(values):
    return [None if v is None or (isinstance(v, float) and math.isnan(v)) else v for v in values]


def mixed(rows, seed, shift, levels, null_share):
    """Rows of a table whose columns hang together."""
    random = np.random.default_rng(seed)
    age = np.round(random.normal(40 + shift, 12, rows))
    income = np.round(1000 * age * random.lognormal(0, 0.4, rows) / 7, 2)
    plan = [levels[int(i)] for i in np.clip((age - 20) / 12 + random.normal(0, 0.5, rows), 0, len(levels) - 1)]
    active = [bool(b) for b in random.random(rows) < 1 / (1 + np.exp((age - 45) / 6))]
    joined = np.round(18000 - 60 * age + random.normal(0, 300, rows))
    steps = random.integers(0, 11, rows)

    def holes(values, share):
        gone = random.random(rows) < share
        return [None if g else v for g, v in zip(gone, values)]

    return {
        'age': listed(age.tolist()),
        'income': listed(holes(income.tolist(), null_share)),
        'plan': holes(plan, null_share),
        'active': holes(active, null_share / 2),
        'joined': listed(holes(joined.tolist(), null_share)),
        'steps': [float(s) for s in steps],
        'same': [7.0] * rows,
        'one': ['only'] * rows,
    }


KINDS = {
    'age': 'number',
    'income': 'number',
    'plan': 'category',
    'active': 'boolean',
    'joined': 'date',
    'steps': 'number',
    'same': 'number',
    'one': 'category',
}


def main():
    plans = ['free', 'basic', 'plus', 'pro', 'max']
    cases = [
        record('close', KINDS, mixed(120, 1, 0, plans, 0.1), mixed(150, 2, 1, plans, 0.05), mixed(60, 3, 0, plans, 0.1)),
        record('far', KINDS, mixed(80, 4, 0, plans, 0), mixed(90, 5, 25, ['basic', 'other', 'more'], 0.3), mixed(80, 6, 0, plans, 0)),
        record(
            'small',
            {'a': 'number', 'b': 'category', 'c': 'boolean', 'd': 'number', 'e': 'date'},
            {'a': [0.1, 0.2, 0.3, 0.4, 1.0], 'b': ['x', 'y', 'x', None, 'z'], 'c': [True, False, True, True, None], 'd': [None] * 5, 'e': [1.0, 2.0, None, 11.0, 5.0]},
            {'a': [0.1 + 0.2, 0.7, 5.0], 'b': ['q', 'x', 'w'], 'c': [False, False, True], 'd': [1.0, 2.0, None], 'e': [3.0, 4.0, 30.0]},
        ),
        record(
            'same side',
            {'a': 'number', 'b': 'category', 'd': 'number'},
            {'a': [1.0, 2.0, 3.0, 4.0], 'b': ['x', 'x', 'y', 'y'], 'd': [2.0, 4.0, 6.0, 9.0]},
            {'a': [1.0, 2.0, 3.0, 4.0], 'b': ['x', 'x', 'y', 'y'], 'd': [2.0, 4.0, 6.0, 9.0]},
        ),
    ]
    print(json.dumps({'sdmetrics': sdmetrics.__version__, 'cases': cases}, separators=(',', ':')))


main()
