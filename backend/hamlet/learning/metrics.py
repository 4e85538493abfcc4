"""The columns of the learning curve. Imports nothing, so every room may read the names and their meaning.

A row covers the stretch of training since the row before it. What a stretch did not measure is None, never 0.
"""

COLUMNS: dict[str, str] = {
    "steps": "lane-steps taken since the run began, over all lanes",
    "episodes": "lives finished since the run began, over all lanes",
    "survival_mean": "mean steps lived, of the lives that ended in this stretch (the exploring policy, dice included)",
    "survival_p10": "10th percentile of the steps lived",
    "survival_median": "median of the steps lived",
    "survival_p90": "90th percentile of the steps lived",
    "survival_max": "longest life that ended in this stretch, in steps",
    "return_mean": "mean sum of the world's own rewards over a life, undiscounted",
    "extrinsic_mean": "mean of the world's own reward of a step, over all lanes",
    "intrinsic_mean": "mean curiosity bonus of a step, as it entered learning; none without curiosity",
    "epsilon": "chance that a step rolls the dice, mean over the lanes, at the end of the stretch",
    "multiplier": "depletion multiplier given to lives that begin now",
    "stage": "curriculum stage, 1 to 5; none without a curriculum",
    "loss": "mean loss of the gradient updates",
    "td_error": "mean absolute difference between target and Q(s, a)",
    "q_mean": "mean Q(s, a) of the actions taken",
    "grad_norm": "mean gradient norm before clipping",
    "learning_rate": "Adam's step size at the end of the stretch",
    "steps_per_second": "lane-steps per second of wall clock over this stretch, updates included, examinations not",
}
"""name -> what it measures, in the order of the columns"""
