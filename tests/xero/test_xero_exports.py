import tallystick.xero as room


def test_the_room_lists_exactly_what_others_may_use():
    public = {
        name
        for name, value in vars(room).items()
        if not name.startswith("_") and type(value).__name__ != "module"
    }

    assert public == set(room.__all__)


def test_the_list_is_in_order():
    constants = sorted(name for name in room.__all__ if name.isupper())
    classes = sorted(name for name in room.__all__ if name[0].isupper() and not name.isupper())
    functions = sorted(name for name in room.__all__ if name[0].islower())

    assert room.__all__ == constants + classes + functions
