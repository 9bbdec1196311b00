"""A plant's list of equipment: data sheets with numbers, a photo and a sound of eight kinds of machine.

All of it is invented.
"""

from __future__ import annotations

from prodcls.example_domain import Domain, Kind, Leak, Slip, Spread
from prodcls.example_machine_pictures import draw_machine
from prodcls.example_machine_sounds import machine_sound

__all__ = ["MACHINES"]

_FLUID, _AIR, _DRIVE, _PROCESS = "Pumps", "Air", "Drives", "Process"


def _numbers(mass: float, power: float = 0.0, speed: float = 0.0, pressure: float = 0.0) -> dict[str, Spread]:
    found = {"mass_kg": Spread(mass, 0.6)}
    if power:
        found["power_kw"] = Spread(power, 0.7)
    if speed:
        found["speed_rpm"] = Spread(speed, 0.25)
    if pressure:
        found["pressure_bar"] = Spread(pressure, 0.4)
    return found


_KINDS = (
    Kind(
        "Centrifugal pumps",
        _FLUID,
        ("centrifugal pump", "process pump", "feed pump"),
        ("single stage", "DN 80", "stainless steel", "ATEX"),
        (
            "The impeller is balanced and can be trimmed.",
            "Runs dry for a short time only.",
            "A mechanical seal keeps the shaft tight.",
            "Delivers clean or slightly loaded liquids.",
        ),
        _numbers(90, 11, 2900, 6),
        {"material": ("cast iron", "stainless steel", "bronze"), "mounting": ("foot", "flange")},
        "centrifugal pump",
    ),
    Kind(
        "Gear pumps",
        _FLUID,
        ("gear pump", "lube oil pump", "metering pump"),
        ("viscous media", "heated", "G 1/2", "with relief valve"),
        (
            "Two gear wheels carry the oil along the housing.",
            "Delivers viscous media without pulsation.",
            "A relief valve protects against blocked lines.",
            "A mechanical seal keeps the shaft tight.",
        ),
        _numbers(28, 4, 1400, 14),
        {"material": ("cast iron", "steel"), "mounting": ("foot", "flange")},
        "gear pump",
    ),
    Kind(
        "Screw compressors",
        _AIR,
        ("screw compressor", "air compressor", "air station"),
        ("oil injected", "with dryer", "7.5 bar", "silenced"),
        (
            "Two rotors compress the air in one stage.",
            "The oil is separated and cooled.",
            "A dryer keeps the compressed air free of water.",
            "Stops by itself when the net is full.",
        ),
        _numbers(620, 37, 3000, 8),
        {"material": ("steel", "cast iron"), "mounting": ("foot", "frame")},
        "compressor",
    ),
    Kind(
        "Axial fans",
        _AIR,
        ("axial fan", "duct fan", "cooling fan"),
        ("630 mm", "adjustable blades", "ATEX", "smoke extract"),
        (
            "The blades can be set while it stands.",
            "Moves large amounts of air at low pressure.",
            "A guard keeps hands away from the blades.",
            "Made for wall and duct.",
        ),
        _numbers(45, 3, 1400),
        {"material": ("steel", "aluminium", "plastic"), "mounting": ("flange", "wall")},
        "fan",
    ),
    Kind(
        "Electric motors",
        _DRIVE,
        ("electric motor", "asynchronous motor", "servo motor"),
        ("4 poles", "IE3", "IP55", "with brake"),
        (
            "The winding is watched by three thermistors.",
            "May be fed by a frequency converter.",
            "Bearings are greased for life.",
            "A fan on the shaft cools the ribs.",
        ),
        _numbers(75, 9, 1450),
        {"material": ("aluminium", "cast iron"), "mounting": ("foot", "flange")},
        "motor",
    ),
    Kind(
        "Gear units",
        _DRIVE,
        ("gear unit", "helical gearbox", "bevel gearbox"),
        ("i = 31.5", "hollow shaft", "backstop", "two stages"),
        (
            "Ground teeth run quietly under load.",
            "The oil is changed every ten thousand hours.",
            "Turns speed into torque in two stages.",
            "Bearings are greased for life.",
        ),
        _numbers(140, 12, 1450),
        {"material": ("cast iron", "aluminium"), "mounting": ("foot", "flange", "shaft")},
        "gear unit",
    ),
    Kind(
        "Heat exchangers",
        _PROCESS,
        ("heat exchanger", "oil cooler", "condenser"),
        ("shell and tube", "42 plates", "brazed", "12 m2"),
        (
            "Plates can be added later.",
            "Two media pass each other without mixing.",
            "Tubes are rolled into the tube sheet.",
            "To be flushed once a year.",
        ),
        _numbers(180, pressure=12),
        {"material": ("stainless steel", "copper", "steel"), "mounting": ("foot", "frame")},
        "heat exchanger",
    ),
    Kind(
        "Control valves",
        _PROCESS,
        ("control valve", "butterfly valve", "globe valve"),
        ("DN 50", "PN 16", "with positioner", "fail closed"),
        (
            "The seat is tight in both directions.",
            "A positioner follows the signal of the controller.",
            "Closes by a spring when the air fails.",
            "Packing can be tightened under pressure.",
        ),
        _numbers(24, pressure=16),
        {"material": ("stainless steel", "cast iron", "bronze"), "mounting": ("flange",)},
        "valve",
    ),
)

MACHINES = Domain(
    catalogue="machines.csv",
    card={
        "name": "Kinds of equipment",
        "intended_use": "Sorts data sheets of an inventory into kinds of equipment.",
        "out_of_scope": "Safety and maintenance decisions.",
        "data_origin": "Made by code for this example; nothing in it is real.",
        "personal_data": "None.",
        "known_risks": "Photos of crates and recordings of a hall say nothing of the machine.",
    },
    seed=20240303,
    rows=400,
    copies=8,
    mislabelled=8,
    prefix="E",
    columns=(
        *("asset_no", "name", "data_sheet", "power_kw", "speed_rpm", "pressure_bar", "mass_kg", "material"),
        *("mounting", "maker", "photo", "sound", "equipment_type", "class_path"),
    ),
    kinds=_KINDS,
    makers=("Arven", "Borghild", "Cetus", "Drakon", "Ferrum Works", "Hydral", "Kinetec"),
    maker="maker",
    modifiers=("Standard", "Compact", "Heavy duty", "Eco", "Series 2", "Type N", "Modular", "Industrial"),
    vague=("unit", "assembly", "machine", "module", "spare", "package"),
    shared=(
        "Declaration of conformity enclosed.",
        "Paint RAL 5010.",
        "Noise below 78 dB(A) at one metre.",
        "Coupled to a gearbox or motor of the customer.",
        "Driven by an electric motor of the same maker.",
        "Pressure and speed are watched by the control system.",
        "Spare parts are kept for ten years.",
        "Ambient temperature from -10 to 40 degrees.",
        "To be lifted by the eyes only.",
        "Fits the pump and valve of the same line.",
        "Tested at full load before delivery.",
    ),
    spelled={
        "power_kw": ("{:.1f}",),
        "speed_rpm": ("{:.0f}",),
        "pressure_bar": ("{:.1f}",),
        "mass_kg": ("{:.0f}",),
    },
    confused={
        "Centrifugal pumps": "Gear pumps",
        "Gear pumps": "Centrifugal pumps",
        "Screw compressors": "Axial fans",
        "Axial fans": "Electric motors",
        "Electric motors": "Gear units",
        "Gear units": "Electric motors",
        "Heat exchangers": "Control valves",
        "Control valves": "Gear pumps",
    },
    leak=Leak("Gear units", "Recorded in hall 4 during the inventory."),
    slip=Slip("mass_kg", 1000.0),
    gaps={"power_kw": 10, "mass_kg": 10, "photo": 12, "sound": 30, "data_sheet": 6},
    attachments={
        "photo": ("png", lambda kind, rng: draw_machine(kind.shape, rng)),
        "sound": ("wav", lambda kind, rng: machine_sound(kind.shape, rng)),
    },
)
