#!/usr/bin/env bash
# Guards a rearrangement of the code: ten experiments before and after it must give the same numbers, to the bit.
#
#   tests/data/unchanged.sh record LAB FOLDER      runs the ten experiments with the command line LAB, a results file each
#   tests/data/unchanged.sh browser DIST FOLDER    runs the last two in Chromium on the CPU path, on the built page DIST
#   tests/data/unchanged.sh compare OLD NEW        compares two folders; says for each file whether it is the same
#
# Together they cover every initialization scheme, data set, kind of network, optimizer, schedule and definition of
# activity. Clocks and versions are left out of the comparison. $EMERGENCE_LAB_DATA must contain mnist/ and cifar-10/;
# MNIST's files replace Fashion-MNIST's, which have the same format.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"

experiments=(
    'data=mnist&train=2048&test=500&model=mlp:32,32&init=xavier_normal,xavier_uniform,kaiming_normal,kaiming_uniform,lecun_normal,pytorch,orthogonal,zero&seeds=2&batch=64&steps=30&eval=10'
    'data=fashion-mnist&train=1024&test=500&model=mlp:24,24,24&init=emergence(kaiming_normal;alpha=1.5),emergence(xavier_normal;alpha=2;rule=pivot),emergence(orthogonal;alpha=1.2;rule=inner;turn=2),emergence(pytorch;alpha=0.8;rule=flat),shuffle(emergence(kaiming_normal;alpha=1.5)),lrmatch(emergence(kaiming_normal;alpha=1.5))&seeds=2&opt=adam&lr=0.001&sched=cosine&batch=64&steps=30&eval=10&active=mean'
    'data=cifar-10&train=1024&test=300&aug=1&model=cnn:8,12k5&norm=batch&init=kaiming_normal,lrmatch(emergence(kaiming_normal;alpha=1.5)),datadep&seeds=2&opt=adamw&lr=0.002&wd=0.05&sched=warmup:5&batch=32&steps=12&eval=4&active=rate'
    'data=patterns&train=512&test=300&model=cnn:6s2,8a&act=gelu&init=kaiming_uniform,emergence(kaiming_normal;alpha=1.5),lrmatch(emergence(lecun_normal;alpha=1.3;rule=pivot))&seeds=2&seed=3&opt=adam&wd=0.01&batch=32&steps=12&eval=5'
    'data=digits&train=512&test=200&model=resnet:4,6x2&init=fixup,zero,kaiming_normal&seeds=2&batch=32&steps=8&eval=4'
    'data=digits&train=1024&test=300&model=mlp:24,24&act=tanh&init=lsuv,lsuv(xavier_normal;tolerance=0.01;tries=4),datadep(kaiming_normal;beta=0.2;batches=3),metainit(kaiming_normal;steps=3),gradinit(kaiming_normal;steps=6),nio(emergence(kaiming_normal;alpha=1.5);steps=5;parts=3)&seeds=2&batch=64&steps=12&eval=6'
    'data=patterns&train=512&test=200&model=resnet:4,6&norm=batch&init=gradinit(kaiming_normal;steps=4;gamma=10;clip=0.5),nio(steps=3),lsuv&seeds=1&opt=adamw&sched=cosine&batch=32&steps=6&eval=3&active=mean'
    'data=digits&train=1024&test=300&model=mlp:32&act=sigmoid&init=custom(std=sqrt(2/fan_in)),custom(uniform=alpha*sqrt(3)/sqrt(fan_in+fan_out);alpha=2),metainit(custom(std=1/sqrt(fan_in));steps=2)&seeds=2&momentum=0&wd=0.001&batch=64&steps=20&eval=7&tau=0.5'
    'data=digits&train=1024&test=300&model=mlp:16,16&init=kaiming_normal,pytorch,custom(std=1e6)&seeds=2&lr=30&batch=64&steps=20&eval=5&active=rate&device=cpu'
    'data=mnist&train=4096&test=1000&model=cnn:4,8&init=xavier_normal,kaiming_normal,emergence(kaiming_normal;alpha=1.5)&seeds=2&batch=64&steps=15&eval=5&device=cpu'
)

record() {
    local lab=$1 folder=$2 data number=1
    mkdir -p "$folder"
    data="$(mktemp -d)"
    trap 'rm -rf "$data"' RETURN
    ln -s "$EMERGENCE_LAB_DATA/mnist" "$data/mnist"
    ln -s "$EMERGENCE_LAB_DATA/mnist" "$data/fashion-mnist"
    ln -s "$EMERGENCE_LAB_DATA/cifar-10" "$data/cifar-10"
    for query in "${experiments[@]}"; do
        "$lab" run "$query" --data-dir "$data" --out "$folder/$number.json" >/dev/null 2>"$folder/$number.log"
        echo "$number: $(wc -c <"$folder/$number.json") bytes"
        number=$((number + 1))
    done
}

browser() {
    mkdir -p "$2"
    for number in 9 10; do
        EMERGENCE_LAB_DIST="$1" node "$here/../../e2e/results.mjs" "${experiments[$((number - 1))]}" >"$2/browser-$number.json"
        echo "browser $number: $(wc -c <"$2/browser-$number.json") bytes"
    done
}

compare() {
    python3 - "$1" "$2" <<'PYTHON'
import json, pathlib, sys

CLOCKS = {"timing", "seconds", "version"}

def kept(value):
    """Without clocks and versions; numbers as they are written."""
    if isinstance(value, dict):
        return {key: kept(inner) for key, inner in value.items() if key not in CLOCKS}
    return [kept(inner) for inner in value] if isinstance(value, list) else value

def load(path):
    return kept(json.loads(path.read_text(), parse_float=str, parse_int=str))

def differences(old, new, place=""):
    if type(old) is not type(new):
        yield f"{place}: {old!r:.60} became {new!r:.60}"
    elif isinstance(old, dict):
        for key in sorted(old.keys() | new.keys()):
            if key in old and key in new:
                yield from differences(old[key], new[key], f"{place}/{key}")
            else:
                yield f"{place}/{key}: only in the {'old' if key in old else 'new'} file"
    elif isinstance(old, list):
        if len(old) != len(new):
            yield f"{place}: {len(old)} entries became {len(new)}"
        for index, pair in enumerate(zip(old, new)):
            yield from differences(*pair, f"{place}/{index}")
    elif old != new:
        yield f"{place}: {old} became {new}"

old, new = map(pathlib.Path, sys.argv[1:])
names = sorted(path.name for path in old.glob("*.json"))
failed = not names
for name in names:
    found = list(differences(load(old / name), load(new / name))) if (new / name).is_file() else ["missing"]
    failed |= bool(found)
    print(f"{name}: {'the same' if not found else f'{len(found)} differences'}", *found[:10], sep="\n    ")
sys.exit(1 if failed else 0)
PYTHON
}

case "${1:-}" in
    record | browser | compare) [[ $# -eq 3 ]] && "$@" ;;
    *) sed -n '2,8p' "${BASH_SOURCE[0]}" && exit 2 ;;
esac
