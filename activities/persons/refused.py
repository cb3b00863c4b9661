"""A request about a person that cannot be carried out 不予办理."""

from activities.persons.hindrances import InTheWay


class PersonRefusedError(Exception):
    """``code`` is for machines, the message tells a person what to do; ``in_the_way`` is what has to end first.

    Neither holds anything of the person.
    """

    def __init__(self, code: str, message: str, in_the_way: tuple[InTheWay, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.in_the_way = in_the_way
