"""Event files that TensorBoard reads: the record format by its own rules, the tags of the older HAMLET."""

import struct

import pytest

from hamlet.learning import Trainer
from hamlet.learning.events import EpisodeEnd, Evaluation
from hamlet.learning.tensorboard import EventFile, crc32c
from tests.learning.runs import small


def records(path):
    """Payloads of a TFRecord file, both checksums of each verified."""
    data, at, out = path.read_bytes(), 0, []
    while at < len(data):
        head = data[at : at + 8]
        (size,) = struct.unpack("<Q", head)
        payload = data[at + 12 : at + 12 + size]
        for part, where in ((head, at + 8), (payload, at + 12 + size)):
            (masked,) = struct.unpack("<I", data[where : where + 4])
            rotated = (masked - 0xA282EAD8) & 0xFFFFFFFF
            assert ((rotated >> 17) | (rotated << 15)) & 0xFFFFFFFF == crc32c(part)
        out.append(payload)
        at += 16 + size
    return out


def fields(data):
    """(number, value) of a protobuf message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            size = {1: 8, 5: 4}.get(key & 7) or varint()
            yield key >> 3, data[at : at + size]
            at += size


def scalars(path):
    """(tag, step) -> value."""
    out = {}
    for record in records(path)[1:]:
        event = dict(fields(record))
        for _, value in fields(event[5]):
            parts = dict(fields(value))
            out[parts[1].decode(), event[2]] = struct.unpack("<f", parts[2])[0]
    return out


def test_the_checksum_is_crc_32c():
    """Check value of the catalogue of parametrised CRC algorithms."""
    assert crc32c(b"123456789") == 0xE3069283


def test_what_was_told_stands_under_the_older_tags(tmp_path):
    trainer, told = Trainer(small(steps=16 * 8 * 40)), []
    with EventFile(tmp_path, trainer.level) as file:
        for event in trainer.run():
            file.take(event)
            told.append(event)
    read = scalars(file.path)
    assert dict(fields(records(file.path)[0]))[3] == b"brain.Event:2"
    for end in (e for e in told if isinstance(e, EpisodeEnd)):
        assert read["agent_0/Episode/Survival_Time", end.episode] == end.steps
        assert read["agent_0/Episode/Extrinsic_Reward", end.episode] == pytest.approx(end.return_, rel=1e-6)
    for exam in (e for e in told if isinstance(e, Evaluation)):
        assert read["agent_0/Examination/Survival_Mean", exam.steps] == pytest.approx(exam.mean)
    tags = {tag for tag, _ in read}
    assert {"agent_0/Training/Loss", "agent_0/Training/TD_Error", "agent_0/Exploration/Epsilon"} <= tags
    assert "agent_0/Meters/Energy" in tags
