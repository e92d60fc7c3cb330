"""The people of the demo academy, and the progress of each student. Every name is invented."""

import unicodedata
from dataclasses import dataclass
from enum import IntEnum

from app.kit.messages import msg
from app.web.application import Guest

HOST = "demo.preceptor.example"
PASSWORD = "a small open door"  # noqa: S105 - of the demo academy only, printed at its start


class StudentStage(IntEnum):
    """The progress of a student. From `idle` on they have a place in the running intake."""

    invited = 0
    unconfirmed = 1
    registered = 2
    requested = 3
    waiting = 4
    confirmed = 5
    idle = 6
    learning = 7
    halfway = 8
    modules = 9
    theory = 10
    graduate = 11


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """A person of the academy. `modules` is the number of complete modules; the next one is partly
    done. `quiet` is how many days ago the student last learned. `stumbles` has the numbers of
    modules whose quiz took a second attempt (9 is the final test)."""

    name: str
    stage: StudentStage = StudentStage.registered
    profession: str = ""
    is_medical: bool = False
    access_needs: str = ""
    certificate_name: str = ""
    modules: int = 0
    quiet: int = 1
    stumbles: tuple[int, ...] = ()
    role: str = "student"

    @property
    def email(self) -> str:
        """The e-mail address, made from the name."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode()
        return f"{'.'.join(plain.lower().split())}@{HOST}"

    @property
    def registration_number(self) -> str:
        """An invented registration number, for people who must have one."""
        return f"DEMO-{sum(map(ord, self.name)):04}" if self.is_medical else ""


ADMINS = (DemoPerson("Amara Oyelaran", role="admin"), DemoPerson("Rhys Calloway", role="admin"))
ADMIN = ADMINS[0]
INSTRUCTORS = (
    DemoPerson("Ines Marlowe", profession="Aesthetic nurse", is_medical=True, role="instructor"),
    DemoPerson("Tomasz Reyes", profession="Doctor", is_medical=True, role="instructor"),
    DemoPerson(
        "Adaeze Winterbourne", profession="Nurse prescriber", is_medical=True, role="instructor"
    ),
    DemoPerson("Kenji Hallam", profession="Dentist", is_medical=True, role="instructor"),
)

GRADUATES = (
    DemoPerson("Callum Birch", StudentStage.graduate, "Nurse", is_medical=True, quiet=15),
    DemoPerson("Marcus Adeyemi", StudentStage.graduate, "Dentist", is_medical=True, quiet=24),
    DemoPerson("Eilidh Carmichael", StudentStage.graduate, "Nurse", is_medical=True, quiet=36),
    DemoPerson("Rukhsana Mirza", StudentStage.graduate, "Doctor", is_medical=True, quiet=36),
    DemoPerson(
        "Venkatalakshmi Ramanathapuram Subramaniam-Fortescue",
        StudentStage.graduate,
        "Pharmacist",
        is_medical=True,
        quiet=24,
        stumbles=(9,),
    ),
    DemoPerson("Beatriz Fonseca-Whitlock", StudentStage.graduate, "Beauty therapist", quiet=9),
)
READY = (
    DemoPerson(
        "Nora Whitcombe", StudentStage.theory, access_needs="A stool at the treatment bed.", quiet=9
    ),
    DemoPerson("Leila Haddad", StudentStage.theory, "Facialist", quiet=15, stumbles=(3, 9)),
    DemoPerson("Oluwaseun Fairbairn", StudentStage.theory, "Beauty therapist", quiet=8),
    DemoPerson("Freya Lindqvist", StudentStage.theory, "Midwife", is_medical=True, quiet=8),
    DemoPerson(
        "Raras Prameswari",
        StudentStage.theory,
        "Beauty therapist",
        quiet=24,
        certificate_name="ꦫꦫꦱ꧀",
    ),
    DemoPerson(
        "Jasvinder Gill-Hargreaves",
        StudentStage.theory,
        "Physiotherapist",
        is_medical=True,
        quiet=15,
    ),
    DemoPerson("Zeynep Karaoglan", StudentStage.theory, "Make-up artist", quiet=8, stumbles=(7,)),
    DemoPerson("Hassan Qureshi", StudentStage.theory, "Pharmacist", is_medical=True, quiet=12),
    DemoPerson(
        "Bronwen Pryce", StudentStage.theory, quiet=12, access_needs="Please face me: I lip-read."
    ),
    DemoPerson("Diego Carrasco", StudentStage.theory, "Massage therapist", quiet=12),
)
LEARNING = (
    DemoPerson("Priya Sandhu", StudentStage.halfway, "Beauty therapist", modules=4, stumbles=(3,)),
    DemoPerson("Yuki Tanabe", StudentStage.learning, "Beauty therapist"),
    DemoPerson("Máiréad Ní Chonghaile", StudentStage.theory, "Nurse", is_medical=True, quiet=8),
    DemoPerson("Chidinma Okereke", StudentStage.modules, "Facialist"),
    DemoPerson("Fatoumata Diarra", StudentStage.halfway, "Midwife", is_medical=True, modules=4),
    DemoPerson(
        "Hyacinth Palmer-Boateng", StudentStage.halfway, "Beauty therapist", modules=4, quiet=2
    ),
    DemoPerson("Ioana Vlaicu", StudentStage.halfway, "Nail technician", modules=4, quiet=33),
    DemoPerson("Dafydd Morgan-Ellis", StudentStage.learning, modules=3, quiet=4),
    DemoPerson(
        "Winifred Asante", StudentStage.learning, "Facialist", modules=3, quiet=2, stumbles=(3,)
    ),
    DemoPerson("Tamsin Polglaze", StudentStage.learning, "Beauty therapist", modules=3),
    DemoPerson(
        "Gethin Prosser", StudentStage.learning, "Barber", modules=2, quiet=6, stumbles=(2,)
    ),
    DemoPerson(
        "Hanneke van Wijngaarden", StudentStage.learning, "Yoga teacher", modules=2, quiet=3
    ),
    DemoPerson("Katarzyna Wiśniewska-Holt", StudentStage.learning, "Beauty therapist", modules=2),
    DemoPerson(
        "Lerato Mokoena",
        StudentStage.learning,
        modules=2,
        quiet=3,
        access_needs="More time for reading: I am dyslexic.",
    ),
    DemoPerson("Paolo Benedetti", StudentStage.learning, "Barber", modules=2, quiet=5),
    DemoPerson(
        "Darius Petrauskas",
        StudentStage.learning,
        "Massage therapist",
        modules=2,
        access_needs="I am colour-blind: say what a label says, not its colour.",
    ),
    DemoPerson("Orla Fitzmaurice", StudentStage.learning, "Hairdresser", modules=1, quiet=38),
    DemoPerson("Ishaan Bhattacharyya", StudentStage.learning, "Doctor", is_medical=True, modules=1),
    DemoPerson(
        "Ursula Achterhuis", StudentStage.learning, "Dentist", is_medical=True, modules=1, quiet=4
    ),
    DemoPerson("Nasra Abdullahi", StudentStage.learning, "Facialist", modules=1, quiet=2),
    DemoPerson("Thandeka Nkosi", StudentStage.learning, "Make-up artist", modules=1),
    DemoPerson("Kwabena Owusu-Lyle", StudentStage.learning, "Facialist", modules=1, quiet=7),
    DemoPerson("Xiulan Zheng", StudentStage.learning, "Nurse", is_medical=True, modules=1, quiet=9),
    DemoPerson("Esperanza Villanueva de la Torre y Mendizábal", StudentStage.learning, quiet=3),
    DemoPerson("Aurelio Mastrangelo", StudentStage.learning, "Massage therapist", quiet=45),
    DemoPerson("Bethan Tregaskis", StudentStage.learning, "Beauty therapist", quiet=2),
)
ASKING = DemoPerson("Rafael Monteiro", StudentStage.requested, "Nurse", is_medical=True)
EARLY = (
    DemoPerson("Oonagh Gilfillan", StudentStage.idle, "Florist"),
    DemoPerson("Vasilisa Ignatova", StudentStage.idle, "Dental nurse", is_medical=True),
    DemoPerson("Grace Abernathy", StudentStage.confirmed, "Hairdresser"),
    DemoPerson("Yetunde Balogun-Harcourt", StudentStage.confirmed, "Nurse", is_medical=True),
    DemoPerson("Catriona MacAskill", StudentStage.confirmed, "Beauty therapist"),
    DemoPerson(
        "Farida Noorzai", StudentStage.confirmed, access_needs="A quiet place to pray at midday."
    ),
    DemoPerson("Naledi Dlamini-Ross", StudentStage.confirmed, "Facialist"),
    ASKING,
    DemoPerson("Sian Llewellyn-Okonkwo", StudentStage.requested, "Make-up artist"),
    DemoPerson("Mei Ling Cheung", StudentStage.requested, "Beauty therapist"),
    DemoPerson("Parveen Chowdhury", StudentStage.requested, "Pharmacist", is_medical=True),
    DemoPerson("Roisin Delahunty", StudentStage.waiting, "Hairdresser"),
    DemoPerson("Soledad Ibarra", StudentStage.waiting, "Beauty therapist"),
    DemoPerson("Lucinda Farquharson", StudentStage.registered),
    DemoPerson("Giorgos Papadimitriou", StudentStage.confirmed, "Paramedic", is_medical=True),
    DemoPerson("Stellan Bergqvist", StudentStage.confirmed, "Tattoo artist"),
    DemoPerson("Anjali Thackeray", StudentStage.invited),
    DemoPerson("Jocasta Wren", StudentStage.unconfirmed),
)
STUDENTS = (
    LEARNING[0],
    GRADUATES[0],
    *READY,
    *GRADUATES[1:],
    *LEARNING[1:],
    *EARLY,
)

GUESTS = tuple(
    Guest(person.email, words)
    for person, words in (
        (LEARNING[0], msg("Halfway through the course: lessons, quizzes, and what comes next.")),
        (
            READY[0],
            msg(
                "One step from her certificate. She was with us yesterday, and Ines Marlowe has begun her "
                "assessment and not signed it yet."
            ),
        ),
        (
            GRADUATES[0],
            msg("A graduate: his practical report, his certificate, and what others see of it."),
        ),
        (ASKING, msg("New here. He has asked for a place and waits for the office to decide.")),
        (
            INSTRUCTORS[0],
            msg(
                "She teaches a practical today, looks after a group, and has yesterday’s assessment of Nora "
                "Whitcombe to finish and sign."
            ),
        ),
        (ADMIN, msg("Runs the office: requests to decide, dates, people, invoices, certificates.")),
    )
)
"""The people offered for trying the demo: one of each role, and students at four stages."""


def sign_in_lines() -> str:
    """Return lines that say how to sign in as each role."""
    people = (STUDENTS[0], INSTRUCTORS[0], ADMIN)
    lines = [f"  {person.role:10} {person.email}" for person in people]
    return "\n".join([f"Sign in (password: {PASSWORD}), or with one press at /demo:", *lines])
