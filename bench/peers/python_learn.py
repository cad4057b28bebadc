"""A table learned by a Python package and sampled to a file, or two tables compared by sdmetrics, on one thread.

Usage: python_learn.py ctgan|tvae|copula REAL.csv ROWS EPOCHS SAMPLE.csv  ->  {"prepare", "epoch", "sample"} as JSON
       python_learn.py sdmetrics REAL.csv ROWS 0 SAMPLE.csv               ->  {"compare", "shapes", "trends"}

Seconds of processor time; `epoch` of one epoch, by the times at which its steps end, `prepare` of all of the fit that
is no epoch.
"""

import json
import sys
import time
import warnings

import pandas as pd

warnings.filterwarnings("ignore")


def seconds(work):
    start = time.process_time()
    work()
    return time.process_time() - start


def words_of(table):
    return [name for name in table.columns if not pd.api.types.is_numeric_dtype(table[name])]


def columns_of(table):
    words = words_of(table)
    return {name: {"sdtype": "categorical" if name in words else "numerical"} for name in table.columns}


def learn_network(kind, table, epochs):
    import torch
    from ctgan import CTGAN, TVAE

    torch.set_num_threads(1)
    make = {"ctgan": CTGAN, "tvae": TVAE}[kind]
    # What the packages load and set up on their first use.
    make(epochs=1, enable_gpu=False).fit(table.iloc[:1000], words_of(table))
    prepare = seconds(lambda: make(epochs=0, enable_gpu=False).fit(table, words_of(table)))
    ends = step_ends(torch.optim.Adam)
    model = make(epochs=epochs, enable_gpu=False)
    model.fit(table, words_of(table))
    return model, {"prepare": prepare, "epoch": (ends[-1] - ends[0]) / (len(ends) - 1) * len(ends) / epochs}


def step_ends(optimiser):
    """Filled with the times at which steps of all optimisers of the class end."""
    ends, step = [], optimiser.step

    def noted(self, *some, **named):
        result = step(self, *some, **named)
        ends.append(time.process_time())
        return result

    optimiser.step = noted
    return ends


def learn_copula(table):
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    metadata = Metadata.load_from_dict({"tables": {"table": {"columns": columns_of(table)}}})
    model = GaussianCopulaSynthesizer(metadata)
    return model, {"prepare": seconds(lambda: model.fit({"table": table})), "epoch": 0}


def compare(real, synthetic):
    from sdmetrics.reports.single_table import QualityReport

    report = QualityReport()
    metadata = {"columns": columns_of(real)}
    took = seconds(lambda: report.generate(real, synthetic, metadata, verbose=False))
    scores = dict(zip(report.get_properties()["Property"], report.get_properties()["Score"]))
    return {"compare": took, "shapes": scores["Column Shapes"], "trends": scores["Column Pair Trends"]}


def main():
    kind, real, rows, epochs, sample = sys.argv[1:6]
    table = pd.read_csv(real).iloc[: int(rows)]
    if kind == "sdmetrics":
        print(json.dumps(compare(table, pd.read_csv(sample))))
        return
    model, took = learn_copula(table) if kind == "copula" else learn_network(kind, table, int(epochs))
    drawn = {}
    took["sample"] = seconds(lambda: drawn.update(table=model.sample(len(table))))
    table = drawn["table"]
    (table["table"] if isinstance(table, dict) else table).to_csv(sample, index=False)
    print(json.dumps(took))


main()
