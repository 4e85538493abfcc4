"""Is it the seed or the skill? Launch one setting with five seeds, wait, compare, take the best mind home.

    pip install 'hamlet-lab[client]' matplotlib
    export HAMLET_URL=http://127.0.0.1:8000 HAMLET_TOKEN=hamlet_...    # the page API tokens; scope: read and steer
    python five_seeds.py [STEPS]                                       # lane-steps of each run; 400,000 if left out

The parts between `# %%` are cells for whoever opens this in a notebook.
"""

# %% The lab, and who one is there: both from the environment.
import statistics
import sys

import matplotlib.pyplot as plt

from hamlet.client import Client

STEPS = int(sys.argv[1]) if len(sys.argv) > 1 else 400_000
lab = Client()

# %% Five runs that differ in nothing but their seed.
runs = [lab.launch(f"five seeds, {seed}", level="L1_full_observability", seed=seed, steps=STEPS) for seed in range(5)]


# %% Wait. They share the lab's workers with everyone else's runs.
def bar(runs):
    done = sum(run.progress for run in runs) / len(runs)
    filled = round(30 * done)
    sys.stdout.write(f"\r[{'#' * filled}{'.' * (30 - filled)}] {done:4.0%}")
    sys.stdout.flush()


runs = lab.wait(runs, on=bar)
print()
for run in runs:
    if run.state != "finished":
        sys.exit(f"{run.name} has {run.state}. {run.message}")

# %% Compare: how long it lived while it learnt, and in the examinations, which is what counts.
figure, (training, exams) = plt.subplots(1, 2, figsize=(11, 4), sharey=True)
for run in runs:
    columns = run.metrics(points=400)
    training.plot(columns["steps"], columns["survival_mean"], label=f"seed {run.seed}")
    examined = run.evaluations()
    exams.plot([exam.steps for exam in examined], [exam.mean for exam in examined], marker="o")
training.set(title="in training", xlabel="lane-steps", ylabel="mean survival, steps")
exams.set(title="in examinations", xlabel="lane-steps")
training.legend()
figure.tight_layout()
figure.savefig("five_seeds.png")

# %% Five seeds are five numbers: say how far they lie apart.
best = [run.best for run in runs]
print(f"best examination: {statistics.mean(best):.0f} ± {statistics.stdev(best):.0f} steps (n = {len(best)})")

# %% Take the best mind home.
winner = max(runs, key=lambda run: run.best)
path = winner.pull()
print(f"seed {winner.seed} lived longest, {winner.best:.0f} steps: {path}")
