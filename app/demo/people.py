"""Who works and learns in the demo academy, and how far each student has come."""

from dataclasses import dataclass
from enum import IntEnum

HOST = "demo.preceptor.example"
PASSWORD = "a small open door"  # noqa: S105 - of the demo academy only, printed at its start


class Stage(IntEnum):
    """How far a student has come; each stage includes the ones before."""

    registered = 0
    requested = 1
    confirmed = 2
    learning = 3
    halfway = 4
    modules = 5
    theory = 6


@dataclass(frozen=True, slots=True)
class DemoPerson:
    name: str
    role: str
    stage: Stage = Stage.registered
    is_medical: bool = False
    profession: str = ""
    registration_number: str = ""
    access_needs: str = ""

    @property
    def email(self) -> str:
        return f"{'.'.join(self.name.lower().split())}@{HOST}"


ADMIN = DemoPerson("Amara Oyelaran", "admin")
INSTRUCTORS = (
    DemoPerson("Ines Marlowe", "instructor", is_medical=True, profession="Aesthetic nurse"),
    DemoPerson("Tomasz Reyes", "instructor", is_medical=True, profession="Doctor"),
)
STUDENTS = (
    DemoPerson("Priya Sandhu", "student", Stage.halfway, profession="Beauty therapist"),
    DemoPerson(
        "Callum Birch",
        "student",
        Stage.theory,
        is_medical=True,
        profession="Nurse",
        registration_number="DEMO-0001",
    ),
    DemoPerson("Leila Haddad", "student", Stage.theory, profession="Facialist"),
    DemoPerson("Marcus Adeyemi", "student", Stage.theory, is_medical=True, profession="Dentist"),
    DemoPerson(
        "Nora Whitcombe", "student", Stage.theory, access_needs="A stool at the treatment bed."
    ),
    DemoPerson("Oluwaseun Fairbairn", "student", Stage.theory, profession="Beauty therapist"),
    DemoPerson("Freya Lindqvist", "student", Stage.theory, is_medical=True, profession="Midwife"),
    DemoPerson(
        "Hassan Qureshi", "student", Stage.modules, is_medical=True, profession="Pharmacist"
    ),
    DemoPerson(
        "Bronwen Pryce", "student", Stage.modules, access_needs="Please face me: I lip-read."
    ),
    DemoPerson("Diego Carrasco", "student", Stage.modules, profession="Massage therapist"),
    DemoPerson("Yuki Tanabe", "student", Stage.learning, profession="Beauty therapist"),
    DemoPerson("Grace Abernathy", "student", Stage.confirmed, profession="Hairdresser"),
    DemoPerson("Rafael Monteiro", "student", Stage.requested, is_medical=True, profession="Nurse"),
    DemoPerson("Sian Llewellyn-Okonkwo", "student", Stage.requested, profession="Make-up artist"),
)


def sign_in_lines() -> str:
    """Say how to sign in as each role."""
    people = (STUDENTS[0], INSTRUCTORS[0], ADMIN)
    lines = [f"  {one.role:10} {one.email}" for one in people]
    return "\n".join(
        [f"Sign in (password: {PASSWORD}), or with a button of the sign-in page:", *lines]
    )
