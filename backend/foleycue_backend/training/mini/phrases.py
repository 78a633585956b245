# SPDX-License-Identifier: GPL-3.0-or-later
"""Words for the sounds: phrases to train on, templates around them, and paraphrases held out for judging."""

from __future__ import annotations

TRAIN: dict[str, str] = {
    "footsteps_wood": "footsteps on wood|walking on a wooden floor|steps on floorboards|person walks across parquet|"
    "footsteps on a wooden deck|boots on planks|shoes on hardwood|hollow wooden footsteps|walking on wooden stairs",
    "footsteps_concrete": "footsteps on concrete|walking on pavement|steps on asphalt|shoes on a stone floor|"
    "heels on tiles|footsteps|person walking|high heels walking on a sidewalk|"
    "running on the street|footsteps in a corridor",
    "footsteps_gravel": "footsteps on gravel|walking on pebbles|steps on loose stones|crunchy gravel path|"
    "boots on gravel|someone walks over small stones|walking on a gravel driveway|footsteps on rocks",
    "footsteps_grass": "footsteps on grass|walking through a meadow|steps on turf|person walks on a lawn|"
    "running across a field|walking on moss|soft footsteps on soil|steps through tall grass|footsteps on earth",
    "footsteps_leaves": "footsteps in leaves|footsteps in dry leaves|walking through autumn leaves|steps in leaves|"
    "shoes on fallen leaves|walking in a forest in autumn|feet rustling through leaf litter|crunchy dry leaves|"
    "running through dead leaves|leaves crunch underfoot",
    "footsteps_metal": "footsteps on metal stairs|footsteps on metal|walking on a steel grating|steps on a fire escape|"
    "boots on a metal catwalk|climbing an iron staircase|clanging steps on a gangway|running up metal steps|"
    "feet on a metal ladder|walking on a ship deck of steel",
    "footsteps_wet": "footsteps on wet ground|walking in the mud|steps in puddles|squelching shoes|wet footsteps|"
    "splashy steps in the rain|boots in mud|walking on a wet street|bare feet on a wet floor|running through puddles",
    "footsteps_snow": "footsteps in snow|walking on snow|boots crunching in snow|steps on frozen snow|"
    "person walks through deep snow|snowy footsteps|crunching snow|winter walk in snow",
    "knock": "knock on a door|knocking on wood|someone knocks at the door|knuckles on a door|door knock|"
    "rapping on a wooden door|visitor knocks|knock knock|fist knocking on door",
    "door_close": "door closing|door slam|a door shuts|heavy door slams shut|closing the door|car door closes|"
    "slamming door|wooden door closes|front door shuts",
    "latch": "latch|door latch|lock|key turns in a lock|bolt slides into place|unlocking a door|"
    "door handle clicks shut|metal latch closes|padlock snaps|deadbolt",
    "switch": "switch|light switch|a switch is flipped|toggle switch|flipping a light switch|turning the light on|"
    "power switch|wall switch|switching off the lamp|circuit breaker",
    "click": "click|mouse click|button click|pressing a button|camera shutter click|pen click|ballpoint pen|"
    "clicking a mouse button|small plastic click|computer mouse",
    "key_press": "keyboard typing|typing on a keyboard|key press|computer keyboard|typing on a laptop|"
    "keystrokes|mechanical keyboard|typewriter keys|someone types an email",
    "wood_hit": "wood impact|hitting a wooden block|wooden stick hit|wood knocks on wood|striking timber|woodblock|"
    "wooden bat hits|dropping a wooden board|chopping wood|hit a log",
    "metal_hit": "metal impact|metal clang|hitting a metal pipe|steel bar struck|hammer on metal|metal plate hit|"
    "clanging iron|striking an anvil|sword clash|metal sheet struck",
    "glass_hit": "glass clink|clinking glasses|tapping a glass|wine glasses toast|glass bottle hit|"
    "ping on crystal glass|spoon on a glass|cheers with glasses|glass being struck",
    "ceramic_hit": "ceramic impact|a plate is put down|cup on saucer|mug on a table|clay pot hit|porcelain clatter|"
    "dishes|crockery|setting down a coffee cup|stacking plates",
    "plastic_hit": "plastic impact|hitting a plastic box|plastic bottle drops|plastic container hit|tapping on plastic|"
    "plastic lid|hollow plastic knock|plastic bucket hit|dropping a plastic cup",
    "stone_hit": "stone impact|rock hits rock|two stones knock together|a stone drops on pavement|hitting a rock|"
    "brick on brick|stone clack|a pebble hits a wall|pickaxe on rock|dropping a brick",
    "wood_break": "wood breaking|wood cracks|a branch snaps|breaking a plank|splintering wood|a tree cracks|"
    "snapping a twig|wooden crate smashed|door broken down|broken wooden chair",
    "ceramic_break": "ceramic breaking|a plate breaks|smashing dishes|a mug shatters on the floor|broken crockery|"
    "dropping a plate|a flower pot breaks|porcelain shatters|shattering pottery|a broken cup",
    "stone_break": "stone crumbling|rocks falling|rubble|a wall collapses|masonry crumbles|rock slide|falling bricks|"
    "debris tumbles down|concrete breaks apart|avalanche of stones",
    "glass_break": "glass breaking|shattering glass|window smashes|broken glass|a bottle shatters|glass smash|"
    "breaking a window|glass shards fall|a mirror breaks into pieces",
    "drip": "water drip|dripping tap|water drops|a drop falls in water|leaking faucet|single water droplet|"
    "dripping in a cave|drip drop|water plop",
    "splash": "water splash|splashing water|jumping into water|stone thrown in a lake|splash in a pool|"
    "something falls into the water|a big splash|hand slaps the water|diving into the pool",
    "punch": "punch|body hit|fist hits a face|boxing punch|fight hits|kick in the body|punching bag|"
    "a punch in a fight|body fall|thump on the chest",
    "clap": "hand clap|clapping|hands clap|applause clap|someone claps their hands|slow clapping|single clap|"
    "applauding|clapping to the beat",
    "slap": "slap|face slap|slap in the face|slapping skin|a hand slaps a cheek|smack|spanking|slap on the back|"
    "open hand smack|high five",
    "drum": "drum hit|drum|drumming|tom drum|kick drum|snare drum|drum beat|playing the drums|bass drum|hitting a drum",
    "gunshot": "gunshot|gun fire|pistol shot|shooting a gun|rifle shot|someone fires a gun|shotgun blast|"
    "machine gun|firing a weapon|gunfire",
    "explosion": "explosion|bomb|blast|a bomb explodes|big explosion|dynamite|grenade goes off|distant detonation|"
    "something blows up|cannon fire",
    "whoosh": "whoosh|swoosh|deep whoosh|something large flies past|heavy swing through the air|"
    "swing of a bat in the air|air whoosh transition|throwing something heavy|fly by|a cape sweeps past",
    "cloth": "cloth movement|clothes rustle|rustling fabric|jacket movement|putting on a coat|shirt rustling|"
    "bed sheets moving|curtain movement|fabric foley",
    "rain": "rain|heavy rain|rainfall|rain on a roof|rain shower|light rain falling|rainy weather|pouring rain|"
    "rain outside the window",
    "wind": "wind|strong wind|howling wind|wind blowing|windy weather|storm wind|breeze|gusts of wind|"
    "wind in the mountains",
    "fire": "fire|crackling fire|campfire|fireplace|burning wood|flames|bonfire|fire burning|a house on fire",
    "engine": "engine|car engine|motor running|engine idling|truck engine|motorcycle|running motor|vehicle engine hum|"
    "diesel engine|car idling",
    "bell": "bell|church bell|bell ringing|bell toll|handbell|temple bell|a bell is struck|ringing bell|bell strike|"
    "chime of a clock tower",
    "bird": "bird|bird chirping|birdsong|bird tweets|birds singing|songbird|chirps|sparrow|a bird in a tree|"
    "twittering birds",
    "bark": "dog bark|barking dog|a dog barks|dog|woof|small dog barking|puppy bark|angry dog|guard dog barking|"
    "hound barks",
    "leather": "leather creak|creaking leather|leather jacket creaks|saddle creak|leather shoes creaking|"
    "squeaky leather|a leather belt is pulled|creak of a leather sofa|leather strap under tension|leather gloves",
    "door_open": "door opening|a door opens|opening the door|creaky door|creaking door opens|door hinge squeak|"
    "front door is opened|someone opens a door|squeaky hinges|the door swings open",
    "drawer": "drawer|opening a drawer|closing a drawer|drawer slides shut|a drawer is pulled open|desk drawer|"
    "kitchen drawer|filing cabinet drawer|drawer runners|pushing a drawer in",
    "swish": "swish|blade swish|sword swing|sword swish|fast swish through air|whip through the air|"
    "swing of a thin stick|knife slash in the air|rapier swing|quick slice through the air",
    "slide": "object sliding|sliding a box over a table|something slides across the floor|pushing a chair|"
    "a glass slides along the counter|dragging a crate|moving furniture|chair dragged on the floor|"
    "sliding a book over a desk|slide",
    "pass_by": "car passing by|vehicle pass by|a car drives past|truck passing|traffic passes|motorcycle drives by|"
    "car drives by|passing car with doppler|a van goes past|fast car pass",
    "scrape": "metal scrape|scraping metal|metal dragged over metal|grinding metal|scratching steel|"
    "scraping a blade|screech of metal|metal screeching|chain dragged along a rail|shovel scraping",
    "roll": "rolling|rolling ball|a ball rolls on the floor|wheels rolling|rolling a barrel|suitcase wheels|"
    "skateboard rolling|marble rolls on wood|cart wheels on a floor|bowling ball rolling",
    "pour": "pouring water|water poured into a glass|pouring a drink|filling a glass|pouring coffee|"
    "filling a bottle|wine is poured|pouring tea into a cup|filling a bucket with water|pour",
    "bubbles": "bubbles|bubbling water|underwater bubbles|air bubbles rising|boiling water|blubbering|"
    "diver breathing bubbles|bubbling potion|gurgling bubbles|aquarium bubbles",
    "engine_rev": "engine revving|revving a motor|car accelerating|engine revs up|racing car engine|"
    "stepping on the gas|motorcycle accelerates|engine speeding up|high rpm engine|throttle up",
    "sea": "sea|sea waves|ocean waves|surf|waves on a beach|waves crashing on the shore|seashore|"
    "breaking waves|the ocean|seaside",
    "stream": "stream|babbling brook|small river|creek|flowing stream|river flowing over stones|mountain stream|"
    "running water in a forest|brook|flowing water",
    "room_tone": "room tone|quiet room|room ambience|silent room|indoor ambience|office hum|electrical hum|"
    "ventilation hum|mains hum|background hum",
}

HELD_OUT: dict[str, str] = {
    "footsteps_wood": "creaky wooden floor steps|a man walking over wooden boards",
    "footsteps_concrete": "someone walking on a paved road|leather shoes on stone tiles",
    "footsteps_gravel": "feet crunching over gravel|hiker on a stony path",
    "footsteps_grass": "feet walking on a grassy field|a stroll across the lawn",
    "footsteps_leaves": "strolling through fallen leaves|a person treads on crisp autumn leaves",
    "footsteps_metal": "shoes clanking up a metal staircase|someone walks over an iron grate",
    "footsteps_wet": "walking over soggy wet soil|shoes splashing in a muddy puddle",
    "footsteps_snow": "trudging through fresh snow|shoes stepping on packed snow",
    "knock": "tapping on the front door with knuckles|a guest knocks on the door",
    "door_close": "slamming a door hard|the door is shut",
    "latch": "the lock of the door clicks|sliding a metal bolt to lock the gate",
    "switch": "turning a light switch on|someone flips the switch on the wall",
    "click": "clicking a computer mouse|the click of a ballpoint pen",
    "key_press": "fingers typing on computer keys|fast keyboard clicks while typing",
    "wood_hit": "a wooden plank is struck|banging two pieces of wood together",
    "metal_hit": "a steel pipe clangs|hammering an iron rod",
    "glass_hit": "two wine glasses clink|fork tapping crystal",
    "ceramic_hit": "a porcelain plate on the table|cups and saucers clatter",
    "plastic_hit": "a plastic crate gets hit|an empty plastic bottle is tapped",
    "stone_hit": "banging two rocks together|a brick falls on stone",
    "wood_break": "a wooden stick snaps in two|timber splinters and breaks",
    "ceramic_break": "a porcelain vase smashes on the floor|breaking a ceramic bowl",
    "stone_break": "a stone wall crumbles into rubble|boulders and rocks tumbling down",
    "glass_break": "a window pane shatters|smashing a glass bottle",
    "drip": "water droplets dripping from a faucet|a leaky tap dripping",
    "splash": "kids splash in the swimming pool|a rock plunges into water",
    "punch": "a boxer punches|fists hitting a body",
    "clap": "an audience member claps hands|two hands clapping",
    "slap": "she slaps him across the face|a loud smack on bare skin",
    "drum": "a drummer hits the drum|beating a bass drum",
    "gunshot": "a revolver is fired|rifle shots",
    "explosion": "a huge bomb blast|the building explodes",
    "whoosh": "a big object whooshes by|a whooshing sweep of air",
    "cloth": "the rustle of clothing|moving fabric of a dress",
    "rain": "raindrops falling in a downpour|a rainy day",
    "wind": "the wind howls|gusty storm winds blowing",
    "fire": "logs burning in a fireplace|crackling flames",
    "engine": "an idling car motor|the engine of a truck",
    "bell": "the bell in the church tower tolls|someone rings a brass bell",
    "bird": "a small bird sings|the chirp of a robin",
    "bark": "a big dog is barking loudly|the neighbour's dog woofs",
    "leather": "the creak of a leather saddle|leather boots squeaking",
    "door_open": "an old door creaks open|someone is opening a squeaky door",
    "drawer": "pulling out a desk drawer|a drawer gets pushed shut",
    "swish": "quick swish of a blade through the air|a sword slices the air",
    "slide": "a heavy box is slid across the floor|pushing a crate over a table",
    "pass_by": "a vehicle passes by on the road|a lorry drives past",
    "scrape": "a metal object scraping along steel|scraping of iron",
    "roll": "a marble rolling across the floor|the wheels of a trolley roll",
    "pour": "someone pours water into a cup|pouring juice in a glass",
    "bubbles": "bubbles rising under water|water is bubbling",
    "engine_rev": "a driver revs the engine|a race car accelerating hard",
    "sea": "waves rolling onto the beach|the surf of the ocean",
    "stream": "a little brook in the woods|water flowing down a creek",
    "room_tone": "the ambience of a quiet room|a low electric hum in an office",
}

TEMPLATES: tuple[str, ...] = (
    "{}",
    "{}",
    "the sound of {}",
    "{} sound effect",
    "foley of {}",
    "{}, close up",
    "a recording of {}",
    "{} in a room",
)


def train_phrases(name: str) -> list[str]:
    """Phrases of a class that training may see."""
    return TRAIN[name].split("|")


def held_out_phrases(name: str) -> list[str]:
    """Paraphrases of a class that training never sees."""
    return HELD_OUT[name].split("|")


def train_prompts(name: str) -> list[str]:
    """Every phrase of a class in every template, without repeats."""
    return sorted({t.format(p) for p in train_phrases(name) for t in TEMPLATES})
