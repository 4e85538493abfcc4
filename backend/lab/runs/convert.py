"""A process of its own that turns a checkpoint into a model: .pt and .onnx need torch, which the web never imports.

python -m lab.runs.convert CHECKPOINT MODEL METADATA-AS-JSON
"""

import json
import sys

from hamlet.model import HamletModel


def main(checkpoint: str, target: str, metadata: str) -> None:
    """Write the best mind in a training checkpoint to `target`, its format by the suffix."""
    HamletModel.load_from_training_checkpoint(checkpoint).save_inference_checkpoint(target, json.loads(metadata))


if __name__ == "__main__":
    main(*sys.argv[1:])
