"""A class: made, opened, joined, closed; who gets in, who does not, and how often one may guess."""

from datetime import timedelta

import pytest
from django.utils import timezone

from lab.people import classes, codes, tries
from lab.people.models import Classroom, FailedSignIn, Membership, Person
from tests.people.pages import Page, refused


def test_an_instructor_makes_a_class_which_is_open_and_theirs(polonius):
    page = Page(polonius)
    made = page.say("/classes", name="  RL 204 ")
    assert made.status_code == 201
    told = made.json()
    assert (told["name"], told["owner"], told["students"], told["guests"]) == ("RL 204", "polonius", 0, [])
    assert codes.as_code(told["join_code"].lower().replace("-", " ")) == told["join_code"]
    assert page.me()["classroom"] == {"id": told["id"], "name": "RL 204"}
    assert [one["id"] for one in page.ask("/classes").json()["items"]] == [told["id"]]


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a\nb", "a\0b"])
def test_a_class_needs_a_name_that_can_be_read(polonius, name):
    refused(Page(polonius).say("/classes", name=name), 422, "name")
    assert not Classroom.objects.exists()


def test_a_student_joins_with_the_code_as_it_is_read_out(elsinore):
    page = Page()
    spoken = elsinore.join_code.lower().replace("-", "  ")
    joined = page.join(f" {spoken} ", " Ophelia ", pawn=3)
    assert joined.status_code == 200, joined.content
    told = joined.json()
    assert told["user"] == {"name": "Ophelia", "role": "student"}
    assert (told["pawn"], told["crew"], told["classroom"]["name"]) == (3, False, "Elsinore")
    assert page.me()["user"]["name"] == "Ophelia", "and is still there with the next request"


def test_a_nickname_is_all_that_is_known_of_who_joined(elsinore):
    Page().join(elsinore.join_code)
    person = Person.objects.get(first_name="Ophelia")
    assert (person.last_name, person.email, person.has_usable_password(), person.account) == ("", "", False, False)


def test_who_joined_stays_signed_in_on_that_browser(elsinore):
    page = Page()
    page.join(elsinore.join_code)
    assert page.session.get_expiry_age() > timedelta(weeks=20).total_seconds()
    assert page.join(elsinore.join_code, "Somebody else").json()["user"]["name"] == "Ophelia", "no second person"
    assert Membership.objects.filter(person__account=False).count() == 1


def test_a_session_is_a_new_one_after_joining(elsinore):
    page = Page()
    page.session["planted"] = True
    before = page.cookies.get("sessionid")
    page.join(elsinore.join_code)
    assert page.cookies["sessionid"].value != (before and before.value)


@pytest.mark.parametrize("nickname", ["ophelia", "OPHELIA", "Ｏｐｈｅｌｉａ", "Oph\u200belia"])
def test_two_of_a_class_do_not_bear_one_name(elsinore, nickname):
    Page().join(elsinore.join_code, "Ophelia")
    refused(Page().join(elsinore.join_code, nickname), 409, "nickname")
    assert Person.objects.filter(account=False).count() == 1


@pytest.mark.parametrize("nickname", ["", "   ", "x" * 25, "a\nb", "\0"])
def test_a_nickname_must_be_readable_and_short(elsinore, nickname):
    refused(Page().join(elsinore.join_code, nickname), 422, "nickname")


@pytest.mark.parametrize("pawn", [0, 9, "red", None])
def test_a_pawn_has_one_of_eight_colours(elsinore, pawn):
    refused(Page().join(elsinore.join_code, pawn=pawn), 422, "pawn")


def test_nobody_makes_themselves_an_instructor_by_joining(elsinore):
    refused(Page().say("/auth/join", code=elsinore.join_code, nickname="Claudius", pawn=1, role="instructor"), 422)
    assert not Person.objects.filter(first_name="Claudius").exists()


def test_a_closed_class_lets_nobody_in_and_keeps_who_is_in(polonius, elsinore):
    page, code = Page(), elsinore.join_code
    page.join(code)
    teacher = Page(polonius)
    assert teacher.say(f"/classes/{elsinore.pk}/code", "DELETE").json()["join_code"] is None
    refused(Page().join(code, "Late"), 401)
    refused(teacher.ask(f"/classes/{elsinore.pk}/qr"), 409)
    assert page.me()["user"]["name"] == "Ophelia"


def test_a_new_code_ends_the_old_one(polonius, elsinore):
    old = elsinore.join_code
    new = Page(polonius).say(f"/classes/{elsinore.pk}/code").json()["join_code"]
    assert new != old
    refused(Page().join(old), 401)
    assert Page().join(new).status_code == 200


def test_codes_are_not_to_be_guessed(elsinore, monkeypatch):
    page = Page()
    for _ in range(tries.MOST_CODES_FOR_ADDRESS):
        refused(page.join("WRONG-1234"), 401)
    answer = page.join(elsinore.join_code)
    refused(answer, 429)
    assert 0 < int(answer.headers["Retry-After"]) <= 301
    assert not Person.objects.filter(account=False).exists()
    assert Page(address="192.0.2.7").join(elsinore.join_code).status_code == 200, "others are not locked out by it"


def test_nor_from_many_addresses(elsinore):
    now = timezone.now()
    FailedSignIn.objects.bulk_create(
        FailedSignIn(username=tries.JOIN_CODE, address=f"192.0.2.{i % 250}", at=now) for i in range(tries.MOST_CODES)
    )
    refused(Page().join(elsinore.join_code), 429)
    FailedSignIn.objects.update(at=now - timedelta(minutes=6))
    assert Page().join(elsinore.join_code).status_code == 200


def test_wrong_codes_do_not_keep_the_school_from_signing_in(elsinore, ophelia):
    for _ in range(tries.MOST_CODES_FOR_ADDRESS):
        Page().join("WRONG-1234")
    assert Page().say("/auth/login", username="ophelia", password="ophelia-of-elsinore").status_code == 200


def test_a_code_that_got_out_fills_no_database(elsinore, monkeypatch):
    monkeypatch.setattr(classes, "MOST_MEMBERS", 2)  # Polonius is one
    assert Page().join(elsinore.join_code, "One").status_code == 200
    refused(Page().join(elsinore.join_code, "Two"), 409)


def test_the_qr_code_leads_to_where_one_joins(polonius, elsinore):
    answer = Page(polonius).ask(f"/classes/{elsinore.pk}/qr")
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg xmlns=")
    again = Page(polonius).say(f"/classes/{elsinore.pk}/code")
    assert Page(polonius).ask(f"/classes/{elsinore.pk}/qr").content != answer.content, again.json()["join_code"]


def test_words_of_codes_can_be_read_aloud_and_are_many():
    assert len(set(codes.WORDS)) == len(codes.WORDS) > 250
    assert all(word.isascii() and word.isalpha() and 3 <= len(word) <= 9 for word in codes.WORDS)


# -------------------------------------------------------------------------------------------- members


def test_an_assistant_is_made_and_unmade_by_instructors_only(cast):
    page, place = Page(cast.instructor), f"/classes/{cast.elsinore.pk}/members"
    laertes = cast.student.memberships.get().pk
    refused(Page(cast.assistant).say(f"{place}/{laertes}", "PATCH", role="assistant"), 403)
    assert page.say(f"{place}/{laertes}", "PATCH", role="assistant").json()["role"] == "assistant"
    assert Page(cast.student).me()["crew"]
    refused(page.say(f"{place}/{laertes}", "PATCH", role="instructor"), 422, "role")
    polonius = cast.instructor.memberships.get().pk
    refused(page.say(f"{place}/{polonius}", "PATCH", role="student"), 409)


def test_someone_with_an_account_only_leaves_the_class(cast):
    membership = cast.account.memberships.get().pk
    assert Page(cast.instructor).say(f"/classes/{cast.elsinore.pk}/members/{membership}", "DELETE").status_code == 204
    assert Person.objects.filter(pk=cast.account.pk).exists()
    assert not cast.account.memberships.exists()


def test_an_assistant_removes_students_and_nobody_else(cast):
    page = Page(cast.assistant)
    for person, status in ((cast.instructor, 403), (cast.assistant, 403), (cast.student, 204)):
        membership = person.memberships.filter(classroom=cast.elsinore).get().pk
        assert page.say(f"/classes/{cast.elsinore.pk}/members/{membership}", "DELETE").status_code == status


def test_the_current_class_is_one_of_ones_own(cast):
    page = Page(cast.account)
    assert page.say("/me", "PATCH", classroom=str(cast.elsinore.pk)).json()["classroom"]["name"] == "Elsinore"
    refused(page.say("/me", "PATCH", classroom=str(cast.norway.pk)), 404)
    refused(page.say("/me", "PATCH", classroom="x"), 404)
    assert page.say("/me", "PATCH", classroom=None).json()["classroom"] is None
    laertes = Page(cast.student)
    assert laertes.say("/me", "PATCH", classroom=None).json()["classroom"]["name"] == "Elsinore", "there is no other"


# ---------------------------------------------------------------------------------------------- cards


def test_thirty_names_give_thirty_cards_that_work_once_each(polonius, elsinore):
    names = [f"Player {n}" for n in range(1, 31)]
    answer = Page(polonius).say(f"/classes/{elsinore.pk}/cards", names=[*names, "  "])
    assert answer.status_code == 201
    cards = answer.json()["items"]
    assert [card["name"] for card in cards] == names
    assert len({card["code"] for card in cards}) == len({card["words"] for card in cards}) == 30
    card = cards[17]
    page = Page()
    words = card["words"].upper().replace(" ", " - ")
    signed = page.say("/auth/card", code=card["code"].lower().replace("-", " "), words=words)
    assert signed.json()["user"] == {"name": "Player 18", "role": "student"}
    assert signed.json()["classroom"]["name"] == "Elsinore"
    assert {person.pawn for person in Person.objects.filter(account=False)} == set(range(1, 9))
    stored = "".join(Person.objects.values_list("password", flat=True))
    assert not any(card["words"] in stored for card in cards)


def test_wrong_words_are_counted_like_wrong_passwords(polonius, elsinore):
    (card,) = Page(polonius).say(f"/classes/{elsinore.pk}/cards", names=["Yorick"]).json()["items"]
    page = Page()
    for _ in range(5):
        refused(page.say("/auth/card", code=card["code"], words="alas poor yorick"), 401)
    refused(page.say("/auth/card", code=card["code"], words=card["words"]), 429)


def test_a_new_card_ends_the_old_one_and_its_sessions(polonius, elsinore):
    teacher = Page(polonius)
    (card,) = teacher.say(f"/classes/{elsinore.pk}/cards", names=["Yorick"]).json()["items"]
    page = Page()
    page.say("/auth/card", code=card["code"], words=card["words"])
    new = teacher.say(f"/classes/{elsinore.pk}/members/{card['member']}/card").json()
    assert (new["code"], new["words"] == card["words"]) == (card["code"], False)
    assert page.me()["user"] is None
    refused(Page().say("/auth/card", code=card["code"], words=card["words"]), 401)
    assert Page().say("/auth/card", code=new["code"], words=new["words"]).status_code == 200


@pytest.mark.parametrize("names", [[], ["  "], ["x"] * 61, ["Anna", "Bob", "anna"], ["Anna", "x" * 30], ["a\0"]])
def test_cards_are_made_for_all_names_or_none(polonius, elsinore, names):
    answer = Page(polonius).say(f"/classes/{elsinore.pk}/cards", names=names)
    assert answer.status_code in (409, 422)
    assert "names" in [error["field"] for error in answer.json()["errors"]]
    assert not Person.objects.filter(account=False).exists()


def test_who_has_a_password_gets_no_card(cast):
    for person in (cast.instructor, cast.account):
        membership = person.memberships.filter(classroom=cast.elsinore).get().pk
        refused(Page(cast.instructor).say(f"/classes/{cast.elsinore.pk}/members/{membership}/card"), 409)
    guest = cast.guest.memberships.get().pk
    refused(Page(cast.instructor).say(f"/classes/{cast.elsinore.pk}/members/{guest}/card"), 404)


# ---------------------------------------------------------------------------------------------- admin


def test_the_admin_shows_classes_and_closes_them(client, cast, django_assert_max_num_queries):
    client.force_login(cast.instructor)
    for kind in ("classroom", "membership", "guestlink", "person"):
        with django_assert_max_num_queries(14):
            assert client.get(f"/admin/people/{kind}/").status_code == 200
    page = client.get(f"/admin/people/guestlink/{cast.link.pk}/change/").content.decode()
    assert cast.link.digest not in page
    client.post("/admin/people/classroom/", {"action": "close_for_joining", "_selected_action": [cast.elsinore.pk]})
    assert Classroom.objects.get(pk=cast.elsinore.pk).join_code is None
    client.post("/admin/people/guestlink/", {"action": "revoke", "_selected_action": [cast.link.pk]})
    assert not Person.objects.filter(pk=cast.guest.pk).exists()
