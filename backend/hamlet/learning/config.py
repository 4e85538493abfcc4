"""What a run is told before it begins: every setting once, with its range, its default and where that comes from.

The launch form, the API, the command line and docs/learning.md all read these fields. The object is frozen, so the row
in the database is what ran. Imports no torch.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

if TYPE_CHECKING:
    from hamlet.world import Level

Learner = Literal["pqn", "dqn"]
Network = Literal["auto", "simple", "recurrent"]
Share = Annotated[float, Field(ge=0.0, le=1.0)]

MOST_IN_A_ROLLOUT = 2**20
"""steps held at once; more would not fit beside other runs"""

PQN = "Gallici et al. 2024 (PQN)"
OURS = "measured, docs/learning.md"
CHOSEN = "chosen here"
OLD = "older HAMLET, world.md"


def setting(default: Any, title: str, text: str, group: str, source: str, **more: Any) -> Any:
    """A pydantic field that the form can draw: title, one sentence, group and source; `learner` or `network` where
    the setting only applies to one of them; `fork=True` where a run that goes on from a checkpoint of another may have
    it otherwise (`forked`)."""
    extra: dict[str, Any] = {"group": group, "source": source}
    extra |= {key: more.pop(key) for key in ("learner", "network", "needs", "scale", "fork") if key in more}
    return Field(default, title=title, description=text, json_schema_extra=extra, **more)


class TrainConfig(BaseModel):
    """The settings of one run. The same settings give the same weights on a CPU, bit for bit."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    # One setting, a few lines: name, sentence, place, source, range (the formatter would give each word a line).
    # fmt: off

    # --- world
    level: str = setting(
        "L1_full_observability", "Level", "The world to live in.", "world", "world.md §9", max_length=80
    )
    layouts: Literal["run", "episode"] = setting(
        "run", "Places", "Whether the places stand still for the whole run or are dealt anew for every life.",
        "world", "world.md §8; architecture.md",
    )
    multiplier: float = setting(
        1.0, "Drain", "How fast the meters run down while training without a curriculum; 1 is the level's own speed.",
        "world", "world.md §4", ge=0.0, le=2.0, needs={"curriculum": "static"}, fork=True,
    )

    # --- brain
    learner: Learner = setting(
        "pqn", "Learner", "PQN learns from many lanes at once without a memory of old steps; DQN is the textbook's, "
        "with replay and a target network.", "brain", PQN + "; Mnih et al. 2015 (DQN)",
    )
    network: Network = setting(
        "auto", "Network", "Simple sees one moment, recurrent remembers; auto takes recurrent where the level shows "
        "a window only.", "brain", "world.md §13",
    )
    gamma: float = setting(
        0.995, "Discount γ", "How much the next step's worth counts today.", "brain", CHOSEN, ge=0.0, le=0.9999
    )
    learning_rate: float = setting(
        1.5e-3, "Learning rate", "Adam's step size at the start of the run.", "brain", CHOSEN,
        ge=1e-6, le=0.1, scale="log", fork=True,
    )
    learning_rate_end: float = setting(
        0.02, "Learning rate at the end", "Share of the learning rate that is left when the budget is used; it falls "
        "in a straight line.", "brain", CHOSEN, ge=0.0, le=1.0, fork=True,
    )
    gradient_clip: float = setting(
        10.0, "Gradient clip", "Longest gradient (2-norm) an update may use.", "brain", OLD + " §9; " + PQN,
        gt=0.0, le=1000.0, scale="log", fork=True,
    )
    averaging: float = setting(
        0.999, "Weight averaging", "Share kept, per update, of the running average of the weights that is examined "
        "and exported; 0 exports the acting weights.", "brain", "Polyak & Juditsky 1992; " + OURS, ge=0.0, le=0.9999,
        fork=True,
    )
    rollout: int = setting(
        16, "Rollout", "Steps each lane takes between two updates.", "brain", PQN, ge=1, le=256, learner="pqn"
    )
    trace: float = setting(
        0.5, "Trace λ", "How far a reward reaches back: 0 is one step, 1 the whole rollout.", "brain",
        PQN + "; " + OURS,
        ge=0.0, le=1.0, learner="pqn", fork=True,
    )
    trace_cut: bool = setting(
        False, "Cut traces", "Let no reward reach back over a step at which the dice chose otherwise than the network "
        "would have: what they spoil does not count against the plan.", "brain", "Watkins 1989; " + OURS, learner="pqn",
        fork=True,
    )
    epochs: int = setting(
        1, "Epochs", "How often each rollout is learnt from before it is dropped.", "brain", PQN, ge=1, le=16,
        learner="pqn", fork=True,
    )
    minibatches: int = setting(
        8, "Minibatches", "Parts a rollout is cut into; each makes one update.", "brain", PQN, ge=1, le=64,
        learner="pqn", fork=True,
    )
    double: bool = setting(
        True, "Double DQN", "Choose the next action with the acting network and value it with the target network.",
        "brain", "van Hasselt et al. 2016", learner="dqn", fork=True,
    )
    n_step: int = setting(
        3, "n-step", "Rewards summed before the target network's value is added.", "brain",
        "Hessel et al. 2018 (Rainbow)",
        ge=1, le=32, learner="dqn",
    )
    replay: Literal["uniform", "prioritised"] = setting(
        "uniform", "Replay", "Draw old steps evenly, or by how wrong their value was.", "brain",
        "Schaul et al. 2016", learner="dqn",
    )
    replay_capacity: int = setting(
        50_000, "Replay size", "Steps that are remembered.", "brain", CHOSEN, ge=512, le=1_000_000, learner="dqn",
        scale="log"
    )
    replay_start: int = setting(
        2_000, "Replay start", "Steps to remember before the first update.", "brain", CHOSEN, ge=1, le=1_000_000,
        learner="dqn", scale="log",
    )
    batch: int = setting(
        64, "Batch", "Remembered steps (or sequences, with the recurrent network) in one update.", "brain",
        OLD + " §9", ge=1, le=4096, learner="dqn", scale="log", fork=True,
    )
    steps_per_update: int = setting(
        4, "Steps per update", "Lane-steps between two updates.", "brain", OLD + " §9", ge=1, le=1024,
        learner="dqn", scale="log"
    )
    target_every: int = setting(
        500, "Target copy", "Updates between two copies of the acting network into the target network.", "brain",
        "Mnih et al. 2015; " + CHOSEN, ge=1, le=100_000, learner="dqn", scale="log", fork=True,
    )
    sequence: int = setting(
        16, "Sequence", "Steps of a remembered sequence that are learnt from.", "brain",
        "Kapturowski et al. 2019 (R2D2)",
        ge=1, le=128, learner="dqn", network="recurrent",
    )
    burn_in: int = setting(
        8, "Burn-in", "Steps replayed before each sequence only to warm the memory up.", "brain",
        "Kapturowski et al. 2019 (R2D2)", ge=0, le=128, learner="dqn", network="recurrent",
    )
    priority_alpha: float = setting(
        0.6, "Priority α", "How much the error decides what is drawn: 0 is evenly.", "brain", "Schaul et al. 2016",
        ge=0.0, le=1.0, learner="dqn", needs={"replay": "prioritised"},
    )
    priority_beta: float = setting(
        0.4, "Priority β", "How much of that bias is corrected at the start; it rises to 1.", "brain",
        "Schaul et al. 2016",
        ge=0.0, le=1.0, learner="dqn", needs={"replay": "prioritised"}, fork=True,
    )

    # --- exploration
    epsilon_start: float = setting(
        1.0, "Dice at the start", "Chance that a step rolls the dice when the run begins.", "exploration",
        "Mnih et al. 2015", ge=0.0, le=1.0, fork=True,
    )
    epsilon_end: float = setting(
        0.15, "Dice at the end", "Chance that remains when the schedule has ended.", "exploration", OURS, ge=0.0,
        le=1.0, fork=True,
    )
    epsilon_fraction: float = setting(
        0.33, "Dice until", "Share of the budget over which the chance falls in a straight line.", "exploration",
        CHOSEN, ge=0.0, le=1.0, fork=True,
    )
    epsilon_ladder: bool = setting(
        False, "Ladder of dice", "Give every lane its own chance, the schedule's to a power from 1 to 8, not all the "
        "same.", "exploration", "Horgan et al. 2018 (Ape-X)", fork=True,
    )
    exploring_starts: float = setting(
        0.75, "Exploring starts",
        "Share of lives, of all lanes but the watched one, that begin in the middle: at any age, "
        "with any meters that a life can have at that age.", "exploration", "Sutton & Barto 2018, §5.3; " + OURS,
        ge=0.0, le=1.0, fork=True,
    )
    curiosity: bool = setting(
        False, "Curiosity", "Reward what a small network cannot predict yet (RND).", "exploration",
        "Burda et al. 2019 (RND)"
    )
    curiosity_weight: float = setting(
        0.1, "Curiosity weight", "Size of the curiosity bonus beside the world's reward, at the start.", "exploration",
        OLD + " §9", gt=0.0, le=10.0, needs={"curiosity": True}, scale="log",
    )
    curiosity_variance: float = setting(
        100.0, "Curiosity calm", "Standard deviation of survival, in steps, below which curiosity is turned down.",
        "exploration", OLD + " §11", gt=0.0, le=1000.0, needs={"curiosity": True}, fork=True,
    )
    curiosity_decay: float = setting(
        0.99, "Curiosity decay", "Factor on the bonus for every iteration in which survival is calm.", "exploration",
        OLD + " §11", gt=0.0, le=1.0, needs={"curiosity": True}, fork=True,
    )

    # --- curriculum
    curriculum: Literal["static", "stages"] = setting(
        "static", "Curriculum", "Live at one difficulty, or climb five stages from slow meters to the full world.",
        "curriculum", OLD + " §10", fork=True,
    )
    first_stage: int = setting(
        1, "First stage", "Stage the run begins at.", "curriculum", OLD + " §10", ge=1, le=5,
        needs={"curriculum": "stages"}, fork=True,
    )
    advance_at: Share | None = setting(
        None, "Advance at", "Share of the lifespan that lives must reach to climb; empty takes the level's own.",
        "curriculum", OLD + " §9", needs={"curriculum": "stages"}, fork=True,
    )
    retreat_under: Share | None = setting(
        None, "Retreat under", "Share of the lifespan below which the run steps back, unless survival is rising; empty "
        "takes the level's own.", "curriculum", OLD + " §9", needs={"curriculum": "stages"}, fork=True,
    )
    entropy_gate: Share | None = setting(
        None, "Decided enough",
        "Highest normalised entropy of the Q-values at which the run may climb; empty takes the "
        "level's own.", "curriculum", OLD + " §9", needs={"curriculum": "stages"}, fork=True,
    )
    stage_steps: int = setting(
        100_000, "Steps at a stage", "Fewest lane-steps between two moves.", "curriculum", CHOSEN, ge=1, le=100_000_000,
        needs={"curriculum": "stages"}, scale="log", fork=True,
    )

    # --- run
    seed: int = setting(0, "Seed", "The number all chance of the run follows from.", "run", CHOSEN, ge=0, le=2**31 - 1)
    steps: int = setting(
        2_500_000, "Budget", "Lane-steps the run may take; the schedules of learning rate and dice follow it.", "run",
        CHOSEN, ge=1, le=10_000_000_000, scale="log", fork=True,
    )
    episodes: Annotated[int, Field(ge=1, le=1_000_000_000)] | None = setting(
        None, "Lives", "Lives, over all lanes, after which the run ends, if the budget is not used before.", "run",
        CHOSEN, fork=True,
    )
    lanes: int = setting(
        256, "Lanes", "Copies of the world that are lived in side by side.", "run", CHOSEN, ge=1, le=16_384, scale="log"
    )
    evaluations: int = setting(
        10, "Examinations",
        "Held-out examinations, spread evenly beside some early ones; the best examined weights are exported.",
        "run", CHOSEN, ge=1, le=1000, fork=True,
    )
    evaluation_lives: int = setting(
        64, "Lives examined", "Greedy lives in one examination.", "run", CHOSEN, ge=1, le=1024, fork=True,
    )

    # fmt: on

    @field_validator("level")
    @classmethod
    def _level_exists(cls, value: str, info: ValidationInfo) -> str:
        from hamlet.world import level_names

        if value not in level_names() and _own_level(info, value) is None:
            raise wrong(f"there is no level {value!r}; choose one of {', '.join(level_names())}")
        return value

    @field_validator("network")
    @classmethod
    def _network_fits(cls, value: Network, info: ValidationInfo) -> Network:
        if value == "recurrent" and "level" in info.data and _level(info, info.data["level"]).sight is None:
            raise wrong(f"the recurrent network reads a window; {info.data['level']} shows the whole grid: use simple")
        return value

    @model_validator(mode="after")
    def _possible(self, info: ValidationInfo) -> "TrainConfig":
        problems = [
            InitErrorDetails(type=wrong(message), loc=(name,), input=getattr(self, name))
            for name, message in contradictions(self, _level(info, self.level))
        ]
        if problems:
            raise ValidationError.from_exception_data("TrainConfig", problems)
        return self

    def network_for(self, level: "Level") -> Literal["simple", "recurrent"]:
        """The network that is built for a level: `network`, with auto resolved by the level's sight."""
        if self.network != "auto":
            return self.network
        return "simple" if level.sight is None else "recurrent"

    def applicable(self, level: "Level") -> dict[str, Any]:
        """The settings that matter in this run, as plain data: not those of the other learner or the other network, nor
        those of something that is switched off."""
        network, out = self.network_for(level), self.model_dump(mode="json")
        for name, field in type(self).model_fields.items():
            more = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
            needs = more.get("needs") or {}
            fits = more.get("learner", self.learner) == self.learner and more.get("network", network) == network
            if not fits or (isinstance(needs, dict) and any(getattr(self, n) != value for n, value in needs.items())):
                del out[name]
        return out

    @property
    def network_kind(self) -> Literal["simple", "recurrent"]:
        """`network_for` the shipped level the settings name."""
        from hamlet.world import load_level

        return self.network_for(load_level(self.level))


def _own_level(info: ValidationInfo, name: str) -> "Level | None":
    """A level that is not shipped is given along: `TrainConfig.model_validate(settings, context={"level": level})`."""
    own: Level | None = (info.context or {}).get("level")
    return own if own is not None and own.name == name else None


def _level(info: ValidationInfo, name: str) -> "Level":
    from hamlet.world import load_level

    return _own_level(info, name) or load_level(name)


def wrong(message: str) -> PydanticCustomError:
    """A field error with a message of ours, shown as it is."""
    return PydanticCustomError("setting", "{message}", {"message": message})


def contradictions(config: TrainConfig, level: "Level") -> Iterator[tuple[str, str]]:
    """(field, what is wrong and what would do) of settings that are fine alone and impossible together."""
    recurrent = config.network_for(level) == "recurrent"
    if config.epsilon_end > config.epsilon_start:
        yield "epsilon_end", f"is above epsilon_start, {config.epsilon_start}; the dice can only get rarer"
    if config.learner == "pqn":
        rollout = config.lanes * config.rollout
        if rollout > MOST_IN_A_ROLLOUT:
            yield "rollout", f"{config.lanes} lanes of {config.rollout} steps are more than {MOST_IN_A_ROLLOUT} at once"
        if config.steps < rollout:
            yield "steps", f"is less than one rollout, {config.lanes} lanes of {config.rollout} steps = {rollout}"
        parts = config.lanes if recurrent else rollout
        if config.minibatches > parts:
            what = "lanes (with memory a lane stays whole)" if recurrent else "steps of a rollout"
            yield "minibatches", f"is more than the {parts} {what}"
    else:
        rows = (config.burn_in + config.sequence if recurrent else 0) + config.n_step + 1
        if config.replay_capacity < 2 * rows * config.lanes:
            yield "replay_capacity", f"is less than {2 * rows * config.lanes}, too short for {config.lanes} lanes"
        if config.replay_start > config.replay_capacity:
            yield "replay_start", f"is above replay_capacity, {config.replay_capacity}; it would never be reached"
        if config.replay_start > config.steps:
            yield "replay_start", f"is above the budget, {config.steps}; nothing would be learnt"
    if config.curriculum == "stages":
        last = len(level.curriculum.multipliers) + 1
        if config.first_stage > last:
            yield "first_stage", f"is above {last}, the last stage of {level.name}"
        advance = level.curriculum.advance if config.advance_at is None else config.advance_at
        retreat = level.curriculum.retreat if config.retreat_under is None else config.retreat_under
        if retreat >= advance:
            yield "retreat_under", f"is not below advance_at, {advance}; the run would move back and forth"


PRESETS: list[dict[str, Any]] = [
    {
        "name": "standard",
        "title": "Standard",
        "summary": "Sees the whole grid and learns to live out its life, in about half a minute of one core.",
        "config": {},
    },
    {
        "name": "quick",
        "title": "Quick demo",
        "summary": "Four places and two needs: a small world, learnt in about fifteen seconds of one core.",
        "config": {"level": "L0_5_dual_resource", "steps": 1_200_000, "evaluations": 8},
    },
    {
        "name": "one-bed",
        "title": "One bed (L0_0)",
        "summary": "Money for five nights: when to sleep, and no more. Dice to the end, which no plan is blamed for.",
        "config": {
            "level": "L0_0_minimal", "steps": 600_000, "lanes": 64, "minibatches": 4, "trace": 0.9, "trace_cut": True,
            "epsilon_end": 0.5,
        },
    },
    {
        "name": "textbook-dqn",
        "title": "Textbook DQN",
        "summary": "Replay and a target network, as in the textbook; slower, for the lesson on both.",
        "config": {
            "learner": "dqn", "lanes": 16, "steps": 400_000, "learning_rate": 5e-4,
        },
    },
    {
        "name": "memory",
        "title": "Memory (L2)",
        "summary": "Sees five by five cells and remembers with an LSTM; some eight minutes of one core.",
        "config": {"level": "L2_partial_observability", "steps": 4_000_000},
    },
    {
        "name": "day-and-night",
        "title": "Day and night (L3)",
        "summary": "Opening hours, and activities of several ticks; the simple network, since it can read the clock.",
        "config": {"level": "L3_temporal_mechanics", "network": "simple", "steps": 6_000_000},
    },
    {
        "name": "broken-reward",
        "title": "Broken reward",
        "summary": "The whole town, but growing old is fined: for the lesson on rewards; half a minute of one core.",
        "config": {"level": "broken_reward"},
    },
]  # fmt: skip
"""recipes of the launch form; the first is the default"""
