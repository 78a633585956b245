# SPDX-License-Identifier: GPL-3.0-or-later
"""The sounding objects that a caption names: those of our own list of things, or the list that the user wrote."""

from __future__ import annotations

import re
from collections.abc import Iterator

#: More would not fit the detector's text, and their sum would say little.
MAX_OBJECTS = 8
#: A caption whose parts between commas are no longer than this is taken for a list of objects.
_LIST_WORDS = 2

_FILLERS = "a an the some one two three four several many this that his her its their my your of"
_ARTICLES = frozenset(_FILLERS.split())

#: Things that make a sound by themselves or where they are struck, in the singular.
_LIST = """
accordion, aeroplane, airplane, alarm clock, ambulance, animal, anvil, axe, baby, bag, ball, balloon, banjo, basketball,
bear, bee, bell, bicycle, bike, bird, blender, boat, bomb, bottle, bowl, box, boy, branch, broom, brush, bucket, bus,
camera, can, candle, cannon, car, cart, cat, cattle, cello, chain, chainsaw, chair, chicken, child, church bell, cicada,
clarinet, clock, coin, computer, cow, cricket, crow, crowd, cup, curtain, cymbal, dish, dog, dolphin, donkey, door,
door bell, doorbell, dove, drawer, drill, drum, drum kit, drum set, drumstick, duck, eagle, electric guitar, elephant,
elevator, engine, explosion, fan, faucet, female, fire, fire engine, fire truck, firework, flag, flute, fly, footstep,
fork, fountain, fox, frog, fridge, gate, girl, glass, goat, goose, guitar, gun, hair dryer, hammer, hand, harmonica,
harp, heel, helicopter, hen, horn, horse, ice, insect, jet, keyboard, key, kettle, kid, kitten, knife, lamb, laptop,
lawn mower, leaf, lighter, lightning, lion, lock, machine, machine gun, male, mallet, man, microphone, microwave,
monkey, motorbike, motorboat, motorcycle, mouse, mower, musician, ocean, organ, owl, pan, paper, parrot, peacock, pen,
pencil, people, person, phone, piano, pig, pigeon, pistol, plane, plate, player, police car, pot, printer, puppy,
race car, racket, rail, rain, rat, razor, rifle, river, robot, rock, rooster, rope, saw, saxophone, scissors, sea,
sewing machine, sheep, ship, shoe, shovel, siren, skateboard, skateboarder, ski, snake, snow, speaker, spoon, spray,
sprinkler, squirrel, stapler, stick, stone, stream, switch, sword, tambourine, tap, telephone, television, tiger, tire,
toilet, tool, toy, tractor, traffic, train, tram, tree, trombone, truck, trumpet, turkey, typewriter, tyre, ukulele,
umbrella, vacuum cleaner, van, vehicle, violin, wall, washing machine, watch, water, waterfall, wave, whale, wheel,
whip, whistle, wind, wind chime, window, wolf, woman, wood, worker, zipper
"""
_THINGS = frozenset(name.strip() for name in _LIST.replace("\n", " ").split(","))
_UNUSUAL = {
    "children": "child", "feet": "footstep", "foot": "footstep", "footsteps": "footstep", "geese": "goose",
    "glasses": "glass", "knives": "knife", "leaves": "leaf", "men": "man", "mice": "mouse", "tv": "television",
    "wolves": "wolf", "women": "woman",
}  # fmt: skip
_PLURALS = (("ies", "y"), ("es", ""), ("s", ""))


def objects_of(caption: str) -> tuple[str, ...]:
    """Objects of a caption in its order, each once, at most MAX_OBJECTS.

    A sentence gives the things of our list that it names. Short phrases between commas are a list of the user's own:
    one that names nothing we know is itself an object.
    """
    parts = [words for part in re.split(r"[,;\n]", caption.lower()) if (words := _words(part))]
    given = all(len(words) <= _LIST_WORDS for words in parts)
    found = [name for words in parts for name in _known(words) or ([" ".join(words)] if given else [])]
    return tuple(dict.fromkeys(found))[:MAX_OBJECTS]


def _words(part: str) -> list[str]:
    return [word for word in re.findall(r"\w+(?:['-]\w+)*", part) if word not in _ARTICLES]


def _known(words: list[str]) -> list[str]:
    return list(_walk(words))


def _walk(words: list[str]) -> Iterator[str]:
    """Things of our list, two words before one."""
    place = 0
    while place < len(words):
        for count in (2, 1):
            thing = _thing(words[place : place + count])
            if thing is not None:
                yield thing
                place += count
                break
        else:
            place += 1


def _thing(words: list[str]) -> str | None:
    """The thing that these words are, in the singular; only the last of them has one."""
    *first, last = words
    candidates = [last, _UNUSUAL.get(last, last)]
    candidates += [last.removesuffix(end) + new for end, new in _PLURALS if last.endswith(end)]
    return next((name for form in candidates if (name := " ".join([*first, form])) in _THINGS), None)
