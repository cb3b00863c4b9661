"""What of the store cannot be read is named, and never taken for not being there."""

import tarfile

from activities.attachments.attachments import context_of
from activities.attachments.damage import Damage
from activities.connections.keys import KeyRing
from deploy.one_machine.packed_attachments import hold_pictures, pack
from tests.rights import a_place_without_roots_rights


def test_a_folder_that_cannot_be_looked_into_is_named_with_its_pictures_and_the_systems_own_is_not() -> None:
    keys = KeyRing.generate().personal
    with a_place_without_roots_rights() as place:
        images = place / "attachments"
        for folder, picture in (("YGHY/AB", "FJ-ABOPEN"), ("YGHY/CD", "FJ-CDSHUT")):
            (images / folder).mkdir(parents=True)
            (images / folder / picture).write_bytes(keys.encrypt(b"", context_of(picture)))
        for shut in (images / "YGHY/CD", images / "lost+found"):
            shut.mkdir(exist_ok=True)
            shut.chmod(0)

        used, damaged = pack(images, place / "packed.tar", keys, ["FJ-ABOPEN", "FJ-CDSHUT"])

        assert used == {keys.current}
        assert {each.id: each.damage for each in damaged} == dict.fromkeys(("CD", "FJ-CDSHUT"), Damage.UNREADABLE)
        with tarfile.open(place / "packed.tar") as packed:
            assert packed.getnames() == ["YGHY/AB/FJ-ABOPEN"]
        (images / "YGHY/AB/FJ-ABOPEN").unlink()
        assert hold_pictures(images), "nobody can say that it is empty"
        (images / "YGHY/CD").chmod(0o700)
        (images / "YGHY/CD/FJ-CDSHUT").unlink()
        assert not hold_pictures(images)
