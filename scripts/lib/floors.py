"""Usage: python3 scripts/lib/floors.py [top folder]

Holds the sources to the house's floors (Sources/README.md). It reads them as text and fails, with a line for each, on

- an import of a target that Package.swift has after this one, or does not have among its dependencies;
- a dependency that no file of the target imports;
- folders of a target that use each other's types in a circle;
- the name of a type that two targets declare.
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

TOP = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
SOURCES = TOP / "Sources"

TARGET = re.compile(r'\.(?:systemLibrary|target|executableTarget)\(\s*name: "([^"]+)"|filter\("([^"]+)"')
PRODUCT = re.compile(r'let (\w+) = Target\.Dependency\.product\(\s*name: "([^"]+)"')
IMPORT = re.compile(r"^(?:@testable )?(?:public |package |internal |private )?import (\w+)", re.M)
TYPE = re.compile(
    r"^(?:@\w+(?:\([^)]*\))? )*(public |package |internal |private |fileprivate )?(?:final |indirect )*"
    r"(?:struct|class|enum|protocol|actor|typealias) (\w+)",
    re.M,
)
NOISE = re.compile(r'/\*.*?\*/|//[^\n]*|"""(?:\\.|[^\\])*?"""|"(?:\\.|[^"\\\n])*"', re.S)


def targets(package):
    """Each target's dependencies by name, from the ground up; what a filter always has is added."""
    products = dict(PRODUCT.findall(package))
    matches = list(TARGET.finditer(package))
    found = {}
    for match, following in zip(matches, matches[1:] + [None]):
        name = match[1] or match[2]
        if not (SOURCES / name).is_dir():
            continue
        body = package[match.end() : following.start() if following else len(package)]
        if match[2]:
            common = re.search(r"dependencies =\s*\[([^\]]*)\] \+ libraries", package)[1]
            words = re.findall(r'"([^"]+)"|(\w+)', common + body.split("\n")[0])
        else:
            listed = re.search(r"dependencies: \[([^\]]*)\]", body)
            words = re.findall(r'"([^"]+)"|(\w+)', listed[1]) if listed else []
        found[name] = {text or products.get(word) for text, word in words} - {None}
    return found


class File:
    def __init__(self, path):
        self.path = path
        self.target = path.relative_to(SOURCES).parts[0]
        self.folder = path.parent.relative_to(SOURCES).as_posix()
        text = NOISE.sub(" ", path.read_text())
        self.imports = set(IMPORT.findall(text))
        self.words = set(re.findall(r"\w+", text))
        self.types = {name for access, name in TYPE.findall(text) if "private" not in access}


def wrong_imports(files, dependencies):
    order = list(dependencies)
    own = set(order) | {name for listed in dependencies.values() for name in listed}
    used = defaultdict(set)
    for file in files:
        used[file.target] |= file.imports
        for name in sorted(file.imports & own):
            if name in order and order.index(name) >= order.index(file.target):
                yield f"{file.path.relative_to(TOP)} imports {name}, which stands no lower in Package.swift"
            elif name not in dependencies[file.target]:
                yield f"{file.path.relative_to(TOP)} imports {name}, which Package.swift does not give to {file.target}"
    # What is written in C may be linked for what it does by itself, or for what lies beside it.
    unnamed = {name for name in order if any((SOURCES / name).glob("*.c"))}
    for target, listed in dependencies.items():
        for name in sorted(listed - used[target] - unnamed) if used[target] else []:
            yield f"Package.swift gives {name} to {target}, and no file there imports it"


def circles(files):
    """Groups of folders of which each reaches each of the others, with a file and a type for every step."""
    homes = defaultdict(dict)
    for file in files:
        for name in file.types:
            homes[file.target][name] = file.folder
    steps = defaultdict(dict)
    for file in files:
        for name in sorted(file.words & set(homes[file.target])):
            home = homes[file.target][name]
            if home != file.folder:
                steps[file.folder].setdefault(home, f"{file.path.relative_to(TOP)} uses {name} of {home}")

    def reached(start):
        seen, rest = set(), [start]
        while rest:
            for folder in steps[rest.pop()]:
                if folder not in seen:
                    seen.add(folder)
                    rest.append(folder)
        return seen

    reach = {folder: reached(folder) for folder in list(steps)}
    done = set()
    for folder in sorted(reach):
        circle = {other for other in reach[folder] if folder in reach.get(other, ())}
        if folder in done or not circle:
            continue
        done |= circle
        lines = [step for start in sorted(circle) for home, step in steps[start].items() if home in circle]
        yield f"a circle: {', '.join(sorted(circle))}\n  " + "\n  ".join(sorted(lines))


def doubles(files):
    homes = defaultdict(set)
    for file in files:
        for name in file.types:
            homes[name].add(file.target)
    for name, found in sorted(homes.items()):
        if len(found) > 1:
            yield f"the type {name} is declared in {' and in '.join(sorted(found))}"


def main():
    files = [File(path) for path in sorted(SOURCES.rglob("*.swift"))]
    dependencies = targets((TOP / "Package.swift").read_text())
    found = [*wrong_imports(files, dependencies), *circles(files), *doubles(files)]
    for line in found:
        print(f"floors: {line}", file=sys.stderr)
    sys.exit(1 if found else 0)


main()
