"""People and classes in the admin. Only superusers make or change accounts; instructors look, and close classes."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db.models import Count, ProtectedError, QuerySet
from django.http import HttpRequest

from lab.people import classes, guests, selectors, services, tries
from lab.people.errors import PeopleError, TooManyTriesError
from lab.people.models import ApiToken, Classroom, GuestLink, Membership, Person


class LimitedSignIn(AdminAuthenticationForm):
    """The admin's sign-in, with the same patience for wrong passwords as the pages'."""

    def clean(self) -> dict[str, Any]:
        try:
            tries.sign_in_allowed(self.cleaned_data.get("username", ""), tries.address_of(self.request))
        except TooManyTriesError as error:
            raise ValidationError(str(error)) from None
        return super().clean()


admin.site.login_form = LimitedSignIn
admin.site.unregister(Group)  # rights follow from a person's role; a group would have no effect
admin.site.site_header = admin.site.site_title = "HAMLET"
admin.site.index_title = "The lab"


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Instructors look; what may be done is an action."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_instructor

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Person)
class PersonAdmin(UserAdmin):  # type: ignore[type-arg]
    list_display = ("username", "first_name", "last_name", "role", "account", "classroom", "is_active", "last_login")
    list_filter = ("role", "account", "is_active", "classroom")
    list_select_related = ("classroom",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("Name", {"fields": ("first_name", "last_name")}),
        ("Rights", {"fields": ("role", "is_active", "is_superuser")}),
        ("Class", {"fields": ("account", "classroom", "pawn")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("username", "role", "usable_password", "password1", "password2")}),
    )
    readonly_fields = ("account",)
    filter_horizontal = ()

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        # What is a person's goes with them, whoever may not delete such rows one by one.
        deleted, counts, _, protected = super().get_deleted_objects(objs, request)
        return [*deleted, *protected], counts, set(), []

    def delete_model(self, request: HttpRequest, obj: Person) -> None:
        self.delete_queryset(request, Person.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Person]) -> None:
        for person in queryset:
            try:
                services.person_delete(person)
            except PeopleError as error:
                self.message_user(request, str(error), messages.ERROR)
            except ProtectedError:
                self.message_user(request, f"{person} has classes of their own and stays.", messages.ERROR)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.is_authenticated and request.user.is_instructor

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)


@admin.register(Classroom)
class ClassroomAdmin(ReadOnly):
    """Instructors set limits here, as on the class's page; all else is to be looked at."""

    list_display = ("name", "owner", "join_code", "students", "runs", "bell_at", "created_at")
    readonly_fields = ("name", "owner", "join_code", "bell_at", "created_at")
    fieldsets = (
        (None, {"fields": readonly_fields}),
        ("Each student", {"fields": Classroom.LIMITS[:3], "description": "Empty: no limit."}),
        ("The class together", {"fields": Classroom.LIMITS[3:], "description": "Empty: no limit."}),
    )
    list_select_related = ("owner",)
    list_per_page = 50
    search_fields = ("name", "join_code", "owner__username", "owner__first_name", "owner__last_name")
    actions = ["close_for_joining"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return selectors.counted(super().get_queryset(request)).annotate(run_count=Count("runs", distinct=True))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    @admin.display(description="students")
    def students(self, classroom: Any) -> int:
        return int(classroom.students)

    @admin.display(description="runs")
    def runs(self, classroom: Any) -> int:
        return int(classroom.run_count)

    @admin.action(description="Close for joining")
    def close_for_joining(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for classroom in Classroom.objects.filter(pk__in=[row.pk for row in queryset]):
            classes.code_revoke(classroom=classroom)
        self.message_user(request, "Nobody joins these classes any more; who is in stays in.", messages.SUCCESS)


@admin.register(Membership)
class MembershipAdmin(ReadOnly):
    list_display = ("person", "role", "classroom", "joined_at")
    list_filter = ("classroom", "person__role")
    list_select_related = ("person", "classroom")
    list_per_page = 100
    search_fields = ("person__first_name", "person__username", "classroom__name")

    @admin.display(description="role", ordering="person__role")
    def role(self, membership: Membership) -> str:
        return membership.person.get_role_display()


@admin.register(GuestLink)
class GuestLinkAdmin(ReadOnly):
    list_display = ("classroom", "made_by", "created_at", "expires_at")
    list_filter = ("classroom",)
    list_select_related = ("classroom", "made_by")
    exclude = ("digest",)
    actions = ["revoke"]

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, queryset: QuerySet[GuestLink]) -> None:
        links = list(queryset.select_related("person"))
        for link in links:
            guests.guest_revoke(link=link)
        self.message_user(request, f"{len(links)} revoked; their guests are out.", messages.SUCCESS)


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnly):
    list_display = ("name", "person", "scope", "created_at", "expires_at", "last_used_at")
    list_filter = ("scope",)
    list_select_related = ("person",)
    list_per_page = 100
    search_fields = ("name", "person__username", "person__first_name")
    exclude = ("digest", "sign_in_hash")
    actions = ["revoke"]

    @admin.action(description="Revoke")
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        revoked = len([token.delete() for token in queryset])
        self.message_user(request, f"{revoked} revoked; they work no more.", messages.SUCCESS)


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnly):
    """Who did what in the admin."""

    list_display = ("action_time", "user", "action_flag", "content_type", "object_repr", "change_message")
    list_filter = ("action_flag", "content_type")
    list_select_related = ("user", "content_type")
    list_per_page = 100
    search_fields = ("object_repr", "change_message", "user__username")
    date_hierarchy = "action_time"
