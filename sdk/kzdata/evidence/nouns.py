"""What English nouns of the news mean: people, or which kind of thing.

A short list, and no more than a list: a noun that is not on it means nothing here, so nobody
concludes anything from it. Words that stand for people as well as for things are left out on
purpose: "bodies", "deaths", "cases", "arrests", "casualties" count people in many sentences.
"""

import re
from functools import lru_cache

from kzdata.evidence.wordings import spellings

PERSON = "person"
THING = "thing"  # a thing of no kind in particular
GENERIC = frozenset(
    "people person human being individual other member victim man woman one soul dead".split()
)
"""People of whom no more is said, in the singular: whoever is counted may be called so."""
HARMED = frozenset(
    "death fatality casualty injury arrest detention loss body corpse life drowning killing".split()
)
"""Nouns that count people by what happened to them, in the singular: "no deaths"."""
OF_PEOPLE = HARMED | frozenset(
    "member name case pair crew batch boatload busload truckload generation kind type sort rank row"
    " line pile crowd class shift part group dozen score hundred thousand million remain third"
    " quarter half number percent family team unit".split()
)
"""Nouns that may be followed by the people whom they count: "12 members of the police"."""
KIN = frozenset(
    "widow widower wife husband spouse child son daughter brother sister sibling mother father"
    " parent relative orphan heir friend neighbour neighbor descendant ancestor fiancee".split()
)
"""People who are counted by whose they are, in the singular: "12 widows of fishers"."""

_IRREGULAR = spellings(
    ("people|persons", "person"),
    ("men", "man"),
    ("women", "woman"),
    ("children", "child"),
    ("wives", "wife"),
    ("lives", "life"),
    ("knives", "knife"),
    ("wolves", "wolf"),
    ("calves", "calf"),
    ("geese", "goose"),
    ("oxen", "ox"),
    ("mice", "mouse"),
    ("buses", "bus"),
    ("crises", "crisis"),
    ("feet", "foot"),
)
# They count several without an "s": "12 police", "two aircraft".
_COLLECTIVE = frozenset(
    "police personnel staff crew military infantry clergy youth youths dead wounded injured"
    " detained aircraft spacecraft hovercraft cattle sheep poultry livestock deer fish salmon"
    " troops gendarmerie militia elderly homeless".split()
)
_NO_PLURAL = re.compile(r"(?:ss|us|is|[^s]'s)\Z")

_KINDS = {
    PERSON: """
        person man woman child boy girl baby infant toddler adult teenager teen youth pensioner
        police policeman policewoman officer constable gendarme guard guardsman serviceman
        servicewoman soldier troop personnel paratrooper trooper conscript recruit veteran general
        colonel sergeant lieutenant commander marine sailor seaman airman pilot cadet reservist
        peacekeeper fighter militant gunman rebel insurgent terrorist mercenary sniper hostage
        prisoner inmate detainee suspect rioter looter protester protestor demonstrator marcher
        activist striker picket civilian citizen resident inhabitant villager islander townsman
        refugee migrant evacuee survivor victim patient passenger tourist visitor guest traveller
        traveler pilgrim commuter pedestrian cyclist driver motorist fisher fisherman angler farmer
        herder shepherd worker employee labourer laborer miner builder engineer electrician plumber
        firefighter fireman rescuer paramedic medic doctor nurse surgeon physician teacher pupil
        student professor lecturer scientist researcher journalist reporter editor correspondent
        photographer cameraman lawyer judge prosecutor witness juror official minister deputy
        lawmaker senator councillor mayor governor president ambassador diplomat politician voter
        candidate delegate envoy adviser spokesman leader chief boss owner shopkeeper trader
        merchant seller customer shopper clerk cashier waiter cook baker butcher priest imam monk
        nun bishop believer worshipper singer musician actor dancer artist writer athlete player
        footballer fan spectator coach referee swimmer climber hiker skier diver rider horseman
        neighbour neighbor relative parent mother father son daughter brother sister wife husband
        widow orphan friend colleague volunteer donor member staff crew dead wounded injured
        elderly homeless national native foreigner native scout ranger warden keeper master captain
        skipper porter steward stewardess smuggler thief robber burglar murderer
        """,
    "vessel": """
        boat ship vessel ferry trawler tanker freighter barge yacht dinghy canoe kayak raft tug
        tugboat frigate destroyer submarine warship lifeboat steamer catamaran schooner cutter
        """,
    "aircraft": """
        plane aircraft aeroplane airplane jet airliner helicopter drone balloon bomber glider
        """,
    "vehicle": """
        car vehicle truck lorry van bus minibus tram taxi train wagon carriage locomotive carrier
        minivan limousine motorcycle motorbike bicycle scooter tractor trailer ambulance tank
        bulldozer excavator jeep pickup
        """,
    "building": """
        building house home apartment flat shed barn garage hut cottage cabin villa palace castle
        church mosque temple chapel school university college hospital clinic pharmacy shop store
        supermarket market mall restaurant cafe bar hotel hostel office factory plant mill mine
        warehouse depot bank station airport hangar terminal prison jail barracks museum theatre
        theater cinema library stadium tower block skyscraper bridge tunnel dam dyke dike levee
        checkpoint outpost barricade headquarters residence bunker shelter tent greenhouse
        lighthouse kiosk
        """,
    "animal": """
        animal sheep cow bull calf cattle ox goat pig hog horse pony foal mule donkey camel dog cat
        puppy kitten hen chicken rooster duck goose turkey bird gull swan pigeon poultry livestock
        deer elk moose bear wolf fox lion tiger elephant monkey whale dolphin seal shark fish
        salmon cod herring crab lobster oyster bee insect snake mouse rat rabbit hare
        """,
    "weapon": """
        gun rifle pistol revolver firearm weapon missile rocket bomb grenade mine shell bullet
        cartridge mortar howitzer cannon knife sword machete torpedo warhead explosive detonator
        """,
    "place": """
        country state nation republic region province district county municipality city town
        village hamlet settlement suburb island continent street road highway square park area zone
        location neighbourhood neighborhood location spot forest field river lake canal harbour
        harbor port beach
        """,
    "group": """
        family household couple team squad platoon company battalion regiment brigade division
        group gang party tribe clan union association organisation organization firm business
        institution agency ministry department committee commission delegation convoy fleet
        flotilla squadron airline club league
        """,
    "event": """
        protest rally march demonstration riot clash attack raid strike explosion blast fire flood
        storm earthquake accident crash collision incident meeting session summit conference trial
        hearing election game match concert festival mission sortie patrol search siege shift trip
        voyage exercise drill operation ceremony anniversary flight
        """,
    "document": """
        document letter report statement article book newspaper magazine page passport visa permit
        licence license ticket certificate contract agreement treaty decree law bill order warrant
        claim threat request offer appointment inspection complaint petition appeal lawsuit message
        email call tweet video photo photograph picture image film recording question answer reason
        vote ballot law rule proposal resolution
        """,
    THING: """
        box crate bag sack barrel bottle container package parcel pallet tree bush crop pole pylon
        cable wire pipe pipeline pump valve engine motor turbine generator reactor battery machine
        computer server phone telephone television radio camera screen bed chair table desk seat
        window door wall roof room floor bell net rope anchor buoy lamp light shoe coat blanket toy
        flag crane silo ladder scaffold statue monument grave coffin brick stone coin banknote key
        job post share bond loan debt tax fine project programme program plan step measure sanction
        test sample dose attempt occasion vaccine shot round signal alarm mistake error hole well
        account website site facility point thing item object copy piece part kind type sort way
        level chance
        """,
}
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
# Words that two kinds have in common say nothing certain.
_UNCERTAIN = frozenset("mine strike chief deputy general company post round share party".split())
_COMPOUNDED = sorted((word for word in _KIND_OF if len(word) > 3), key=len, reverse=True)
# They end as names of people do, and name none.
_NO_PERSON = frozenset(
    "later earlier sooner further other another number water weather winter summer power paper"
    " order matter corner offer murder danger disaster chapter border center quarter error mirror"
    " sector minor major former latter over under after never ever however together rather whether"
    " either neither longer shorter larger smaller bigger higher lower better greater newer older"
    " younger proper fever laughter encounter disorder anger hunger prayer favour colour honour"
    " gesture computer helicopter list exist consist resist persist assist fee degree committee"
    " agreement tree coffee guarantee three free".split()
)
_PERSON_ENDING = re.compile(
    r"\w{2,}(?:men|man|women|woman|people|ists?|ians?|ees?|ers?|ors?|ese)\Z"
)


@lru_cache(maxsize=1 << 12)
def singular(word: str) -> str:
    """A noun in lower case and in the singular, as far as its ending tells."""
    word = re.sub(r"['\u2019]s?\Z", "", word.lower())
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith(("men",)) and len(word) > 4:
        return word[:-3] + "man"
    for ending, instead in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch")):
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + instead
    if word.endswith("xes"):
        return word[:-2]
    plain = word.endswith("s") and not _NO_PLURAL.search(word) and len(word) > 3
    return word[:-1] if plain else word


def plural(word: str) -> bool:
    """Whether a word may be a noun in the plural, by its ending or because it counts several."""
    word = word.lower()
    if word.endswith(("'", "\u2019", "'s", "\u2019s")):
        return False
    known = word in _IRREGULAR or word in _COLLECTIVE or re.search(r"\w(?:men|people)\Z", word)
    ends = word.endswith("s") and not _NO_PLURAL.search(word) and len(word) > 3
    return bool(known or ends)


@lru_cache(maxsize=1 << 12)
def kind(word: str) -> str | None:
    """Which kind of thing a noun names, or `PERSON`; None where the list does not know."""
    bare = singular(word.rpartition("-")[2])
    if bare in _UNCERTAIN:
        return None
    if bare in _KIND_OF:
        return _KIND_OF[bare]
    if len(bare) > 5 and bare.endswith(("man", "woman")):
        return PERSON
    # "Lifeboats" are boats, "policemen" men: but a short word inside another one means nothing.
    inner = next((w for w in _COMPOUNDED if bare.endswith(w) and len(bare) > len(w) + 2), None)
    return _KIND_OF[inner] if inner and inner not in _UNCERTAIN and len(inner) > 4 else None


def may_be_person(word: str) -> bool:
    """Whether a word can name a person: known as one, or with an ending that people have."""
    known, bare = kind(word), singular(word)
    if known or bare in GENERIC | HARMED:
        return known == PERSON or bare in GENERIC | HARMED
    return bare not in _NO_PERSON and bool(_PERSON_ENDING.search(bare))
