"""Work that is done once for a package, and kept as long as that is open."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

Package = TypeVar("Package")
P = ParamSpec("P")
Result = TypeVar("Result")


def once_a_package(
    work: Callable[Concatenate[Package, P], Result],
) -> Callable[Concatenate[Package, P], Result]:
    """Do some work for the first that asks of a package, and give all others the same.

    The package is the first argument: a dataset, or the model of a validation. What else they ask
    with must be the same in all of its time, such as the articles' texts. The result must not hold
    the package, which would be kept by what is kept for it.
    """
    kept: WeakKeyDictionary[Package, Result] = WeakKeyDictionary()

    @wraps(work)
    def asked(package: Package, /, *args: P.args, **kwargs: P.kwargs) -> Result:
        if package not in kept:
            kept[package] = work(package, *args, **kwargs)
        return kept[package]

    return asked
