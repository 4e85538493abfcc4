"""Words for codes that are read aloud and typed by children: KITE-4271, amber river stone."""

import re
import secrets

_WORDS = """
acorn amber anchor apple apron arrow atlas autumn badge baker bamboo banjo barley basil basket beach beacon beaver
berry bicycle birch biscuit blanket bonfire bottle branch bread bridge brook bucket butter button cabin cable cactus
camel candle canoe canyon captain carpet carrot castle cedar cello chalk cherry chess chestnut circle cinema citrus
clay cliff clock cloud clover cobalt coconut comet compass copper coral corner cosmos cotton cradle crane crater
crayon cricket crystal curtain daisy dancer dawn desert diamond dolphin donkey dragon drum dune eagle earth echo
elbow ember emerald engine falcon feather fern fiddle field finch flame flute forest fossil fountain fox galaxy garden
garlic ginger giraffe glacier globe goblet gold gondola goose granite grape gravel guitar hammer harbor harp harvest
hazel hedge helmet heron hill honey horizon hornet igloo indigo island ivory ivy jacket jaguar jasmine jigsaw jungle
juniper kayak kettle kitchen kite koala ladder lagoon lantern lark lava lavender leaf lemon lemur library lilac lily
linen lion lizard llama lobster locket lotus lunar magnet mango maple marble market meadow melon meteor mint mirror
mitten monkey moon mosaic moss mountain muffin museum nectar nest nickel noodle north nutmeg oasis oat ocean olive
onion opal orange orbit orchid otter owl paddle paint panda paper parrot pasta peach pearl pebble pelican pencil
penguin pepper piano picnic pillow pine pirate planet plum pocket polar pony poppy prairie puffin pumpkin puzzle quartz
quilt rabbit radar radio rain raven reef ribbon river robin rocket rope rose ruby saddle saffron salmon sand scarf
scooter seal shadow shell silver sparrow spoon spring squirrel star stone storm summer sunset swan table tango tiger
timber toast tomato tower train tulip tunnel turtle umbrella valley vanilla velvet village violet violin walnut walrus
water whale willow window winter wizard yellow zebra
"""
WORDS = tuple(_WORDS.split())
"""common, short and inoffensive"""

_CODE = re.compile(r"\s*([a-z]+)[\s-]*(\d{4})\s*", re.IGNORECASE)


def new_code() -> str:
    """A word and four digits. There are over two million, so guessing one takes patience that the doors do not have."""
    return f"{secrets.choice(WORDS).upper()}-{1000 + secrets.randbelow(9000)}"


def as_code(text: str) -> str:
    """What was typed, as codes are written: "kite 4271" is KITE-4271. What looks like no code comes back as it is."""
    found = _CODE.fullmatch(text)
    return f"{found[1].upper()}-{found[2]}" if found else text.strip()


def new_words() -> str:
    """Three secret words, known to one card."""
    return " ".join(secrets.choice(WORDS) for _ in range(3))


def as_words(text: str) -> str:
    """What was typed, as secret words are written: lower case, one space between them."""
    return " ".join(re.findall(r"[a-z]+", text.lower()))
