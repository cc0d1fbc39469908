"""What can go wrong between a laptop and a hub, each with its sentence, made where it is raised."""

from __future__ import annotations

from fieldapp.core.errors import FieldappError


class HubError(FieldappError):
    """A foreseen failure of a sync; nothing of what was to be sent is lost by it.

    `again` says that the same is worth another try later, without anybody doing something about it. `code` is the word
    that the hub gave for it, "" where there is none.
    """

    again = False

    def __init__(self, sentence: str, *, code: str = "", again: bool | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        if again is not None:
            self.again = again


class WrongAddressError(HubError):
    """The text is no address of a hub, or one to which a token would travel in clear."""


class HubUnreachableError(HubError):
    """No network, no such name, nobody listens there, or the line went silent or was cut.

    `code` tells them apart: "name", "connect", "cut". Only with the last may a smaller message have passed.
    """

    again = True


class PortalError(HubError):
    """Something else answered in the hub's place: the login page of a network, as a rule."""

    again = True


class NotAdmittedError(HubError):
    """The hub does not know this laptop (any more), or does not let it do this."""


class WrongCodeError(HubError):
    """The one-time code is wrong, used or out of date."""


class DeviceHeldError(HubError):
    """The hub has this laptop already, by a token that is not here (any more)."""


class HubBusyError(HubError):
    """The hub, or what stands before it, can't serve just now; `after_s` is when to ask again, None: it did not say."""

    again = True

    def __init__(self, sentence: str, *, code: str = "", after_s: float | None = None) -> None:
        super().__init__(sentence, code=code)
        self.after_s = after_s


class HubFullError(HubError):
    """The hub has no room left: somebody must make some, and later it goes on by itself."""

    again = True


class OutdatedProgramError(HubError):
    """The hub speaks a later form of the message than this program."""


class BadAnswerError(HubError):
    """What answered is not a hub, or its answer makes no sense.

    By its `code`: "size" and "changes" of the hub mean that a smaller message may pass.
    """

    again = True
