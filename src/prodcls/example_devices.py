"""A register of medical devices: names, intended uses and risk classes.

All of it is invented. The classes look like those of the European rules and are no guide to them.
"""

from __future__ import annotations

from prodcls.example_domain import Domain, Kind, Leak, Slip, Spread

__all__ = ["DEVICES"]

_NONE, _ORIFICE, _SURGICAL, _IMPLANT = "not invasive", "body orifice", "surgically invasive", "implantable"
_PASSIVE, _BATTERY, _MAINS = "none", "battery", "mains"


def _kind(
    label: str, nouns: tuple[str, ...], facts: tuple[str, ...], lines: tuple[str, ...], hours: float,
    invasive: tuple[str, ...], energy: tuple[str, ...], sterile: tuple[str, ...],
) -> Kind:  # fmt: skip
    values = {"invasiveness": invasive, "energy": energy, "sterile": sterile}
    group = "Lower risk" if label in {"Class I", "Class IIa"} else "Higher risk"
    return Kind(label, group, nouns, facts, lines, {"contact_hours": Spread(hours, 0.8)}, values)


_YES, _NO, _EITHER = ("yes",), ("no",), ("yes", "no")

_KINDS = (
    _kind(
        "Class I",
        ("wheelchair", "walking frame", "rollator"),
        ("foldable", "with brakes", "adult size"),
        ("Supports persons with reduced mobility.", "Helps to move about indoors and outdoors."),
        4.0, (_NONE,), (_PASSIVE, _PASSIVE, _BATTERY), _NO,
    ),
    _kind(
        "Class I",
        ("adhesive plaster", "elastic bandage", "compression stocking"),
        ("skin friendly", "latex free", "pack of 10"),
        ("Covers small injuries of intact skin around them.", "Holds a dressing in place.", "Compresses a limb."),
        18.0, (_NONE,), (_PASSIVE,), _EITHER,
    ),
    _kind(
        "Class I",
        ("examination lamp", "stethoscope", "tongue depressor"),
        ("for consulting rooms", "single use", "LED"),
        ("Used by a doctor during an examination.", "For a short look into mouth or throat."),
        0.1, (_NONE, _ORIFICE), (_PASSIVE, _BATTERY), _NO,
    ),
    _kind(
        "Class IIa",
        ("hearing aid", "muscle stimulator", "warming blanket"),
        ("rechargeable", "two channels", "behind the ear"),
        ("Compensates a loss of hearing.", "Gives energy to the body in a way that is not hazardous."),
        10.0, (_NONE, _ORIFICE), (_BATTERY, _MAINS), _NO,
    ),
    _kind(
        "Class IIa",
        ("suction catheter", "urinary catheter", "tracheal tube"),
        ("single use", "CH 14", "with cuff"),
        ("Drains fluids through a natural opening for a short time.", "Inserted through a body orifice."),
        48.0, (_ORIFICE,), (_PASSIVE,), _YES,
    ),
    _kind(
        "Class IIa",
        ("blood pressure monitor", "clinical thermometer", "pulse oximeter"),
        ("upper arm", "with memory", "Bluetooth"),
        ("Measures a vital sign at home.", "Shows a trend to the patient and the doctor."),
        0.2, (_NONE,), (_BATTERY,), _NO,
    ),
    _kind(
        "Class IIa",
        ("surgical scalpel", "suture needle", "surgical drill"),
        ("single use", "size 10", "sterile pack"),
        ("Cuts tissue during an operation.", "Used during surgery and removed at its end."),
        0.8, (_SURGICAL,), (_PASSIVE, _BATTERY), _YES,
    ),
    _kind(
        "Class IIb",
        ("ventilator", "infusion pump", "anaesthesia workstation"),
        ("for intensive care", "with alarm", "transport version"),
        ("Administers substances in a way that may be hazardous.", "Keeps a vital function going."),
        90.0, (_NONE, _ORIFICE), (_MAINS, _MAINS, _BATTERY), _EITHER,
    ),
    _kind(
        "Class IIb",
        ("patient monitor", "incubator", "defibrillator"),
        ("for intensive care", "five leads", "neonatal"),
        ("Watches vital signs where a change is dangerous at once.", "Keeps a vital function going."),
        60.0, (_NONE,), (_MAINS, _BATTERY), _NO,
    ),
    _kind(
        "Class IIb",
        ("wound dressing", "burn dressing", "hydrogel dressing"),
        ("10 x 10 cm", "with foam", "pack of 10"),
        ("For chronic wounds that heal by secondary intent.", "Manages the exudate of deep ulcers.",
         "Holds a dressing in place."),
        70.0, (_NONE, _SURGICAL), (_PASSIVE,), _YES,
    ),
    _kind(
        "Class IIb",
        ("bone plate", "bone screw", "spinal rod"),
        ("titanium", "8 holes", "locking"),
        ("Stays in the body for a long time after surgery.", "Fixes a fracture until it has healed."),
        9000.0, (_IMPLANT,), (_PASSIVE,), _EITHER,
    ),
    _kind(
        "Class III",
        ("heart valve", "coronary stent", "vascular graft"),
        ("drug eluting", "22 mm", "with delivery system"),
        ("In direct contact with the heart or the central circulation.", "Keeps a coronary vessel open."),
        60000.0, (_IMPLANT,), (_PASSIVE,), _YES,
    ),
    _kind(
        "Class III",
        ("central venous catheter", "cardiac catheter", "guide wire"),
        ("three lumen", "single use", "CH 7"),
        ("In direct contact with the heart or the central circulation.", "Inserted through a large vessel."),
        60.0, (_SURGICAL,), (_PASSIVE,), _YES,
    ),
    _kind(
        "Class III",
        ("pacemaker", "neurostimulator", "cochlear implant"),
        ("MRI conditional", "rechargeable", "two channels"),
        ("Active device that stays in the body.", "Stimulates heart or nerves by electric pulses."),
        60000.0, (_IMPLANT,), (_BATTERY,), _YES,
    ),
    _kind(
        "Class III",
        ("hip prosthesis", "knee prosthesis", "breast implant"),
        ("size 4", "cementless", "titanium"),
        ("Replaces a joint for good.", "Stays in the body for a long time after surgery."),
        90000.0, (_IMPLANT,), (_PASSIVE,), _YES,
    ),
)  # fmt: skip

DEVICES = Domain(
    catalogue="devices.csv",
    card={
        "name": "Risk classes of devices",
        "intended_use": "Proposes a risk class for a new entry of a register; an expert decides.",
        "out_of_scope": "Conformity assessment: a class follows from rules, not from likeness.",
        "data_origin": "Made by code for this example; nothing in it is real.",
        "personal_data": "None.",
        "known_risks": "Devices of one name may be of two classes by how long they stay in the body.",
    },
    seed=20240302,
    rows=480,
    copies=10,
    mislabelled=10,
    prefix="M",
    columns=(
        *("device_id", "device_name", "intended_use", "invasiveness", "energy", "sterile", "contact_hours"),
        *("manufacturer", "risk_class", "class_path"),
    ),
    kinds=_KINDS,
    makers=("Altamed", "Biovance", "Cordelia", "Dexamed", "Eirmedica", "Halden", "Kestrel Medical"),
    maker="manufacturer",
    modifiers=("Pro", "Plus", "Care", "Vita", "Soft", "Secure", "Basic", "Neo", "Comfort", "Active"),
    vague=("system", "set", "unit", "kit", "device", "accessory"),
    shared=(
        "To be used by trained persons only.",
        "Not to be used on persons with known allergies.",
        "Read the instructions before use.",
        "Store dry and at room temperature.",
        "Dispose of it according to local rules.",
        "Each unit carries a unique device identifier.",
        "May be used together with a patient monitor or an infusion pump.",
        "Not intended for contact with the heart or the central circulation.",
        "Suitable for hospitals, practices and care at home.",
        "Not to be reused after surgery.",
        "Also available as a set with catheter or dressing.",
    ),
    spelled={"contact_hours": ("{:.1f}",)},
    confused={"Class I": "Class IIa", "Class IIa": "Class I", "Class IIb": "Class IIa", "Class III": "Class IIb"},
    leak=Leak("Class IIb", "Reviewed by assessment team North."),
    slip=Slip("contact_hours", 1e5),
    gaps={"contact_hours": 14, "intended_use": 8},
)
