#!/usr/bin/env bash
# Sets up what is missing, builds once, then runs a command of the app or the trainer, or the tests, writes docs/cli.md, or makes a release.
# Paths on the command line are relative to where you are.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
stamp=$root/app/obj/.built
bin=bin/Release/net10.0/linux-x64

fail() { echo "error: $*" >&2; exit 2; }
# shellcheck source=app/packaging/packages.sh
. "$root/app/packaging/packages.sh"
# shellcheck source=app/packaging/verbs.sh
. "$root/app/packaging/verbs.sh"

# What only the test of the window needs; without it, that test is skipped.
missing_for_tests() {
    command -v Xvfb >/dev/null || echo xvfb
    command -v xdotool >/dev/null || echo xdotool
}

install() {
    local packages sudo=()
    packages=$(tr '\n' ' ')
    [[ -z $packages ]] && return
    if [[ $(id -u) != 0 ]]; then
        command -v sudo >/dev/null && sudo -n true 2>/dev/null && sudo=(sudo) ||
            fail "missing packages; run: sudo apt-get install -y $packages"
    fi
    command -v apt-get >/dev/null || fail "missing libraries, by their Debian names: $packages(install your distribution's)"
    echo "installing $packages" >&2
    # shellcheck disable=SC2086 # a list of words is meant
    {
        "${sudo[@]}" apt-get update -qq &&
            "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
    } >/dev/null 2>&1 || fail "apt-get failed; run it yourself: apt-get install -y $packages"
}

# An NVIDIA card with its driver.
has_card() {
    command -v nvidia-smi >/dev/null && nvidia-smi >/dev/null 2>&1
}

# The stamp of a build holds "cpu" if it was made without looking for GPU providers, because there was no card.
changed() {
    [[ -f $stamp && -x $root/app/$bin/rtseg && -x $root/training/$bin/rtseg-train ]] || return 0
    [[ $(<"$stamp") == cpu ]] && has_card && return
    [[ -n $(cd "$root" && find app training shaders tests models docs/samples ./*.props ./*.targets ./*.sln global.json BannedSymbols.txt \
        .editorconfig docs/library.md \( -name bin -o -name obj \) -prune -o -newer "$stamp" -type f -print -quit) ]]
}

build() {
    command -v dotnet >/dev/null ||
        fail "no .NET SDK: install .NET 10 (https://dotnet.microsoft.com/download, or the package dotnet-sdk-10.0)"
    echo "building (some minutes the first time)" >&2
    # Compiler servers that outlive the build would hold on to a caller's pipe.
    local options=(-c Release -nologo -v quiet -nodeReuse:false -p:UseSharedCompilation=false) log kind=cpu
    log=$(mktemp)
    if has_card; then
        dotnet build "$root/RealtimeSeg.sln" "${options[@]}" -p:OnnxRuntimeGpu=true >"$log" 2>&1 &&
            echo gpu >"$stamp" && rm "$log" && return
        echo "note: found an NVIDIA card, but the build with CUDA and TensorRT failed: building without; --provider gl needs neither" >&2
        echo "note: $(grep -m 1 'error' "$log" || tail -n 1 "$log"); to try again: rm ${stamp#"$PWD/"}" >&2
        kind=failed
    fi
    if ! dotnet build "$root/RealtimeSeg.sln" "${options[@]}" >"$log" 2>&1; then
        cat "$log" >&2
        fail "the build failed"
    fi
    rm "$log"
    echo $kind >"$stamp"
}

# Tests are in sets, by their trait: slow ones are left out of --fast; long ones run with --long alone. Fuzzing, soaking and planting
# faults are no tests with an end of their own: see docs/testing.md.
run_tests() {
    local filter='Set!=Long' log logs ended='' status=0 passed failed skipped
    case ${1:-} in
        --fuzz) shift && exec dotnet "$root/tests/$bin/RealtimeSeg.Tests.dll" fuzz "$@" ;;
        --fuzz-again) shift && exec dotnet "$root/tests/$bin/RealtimeSeg.Tests.dll" fuzz-again "$@" ;;
        --mutate) shift && exec dotnet "$root/tests/$bin/RealtimeSeg.Tests.dll" mutate "$@" ;;
        --benchmarks) shift && exec dotnet "$root/tests/$bin/RealtimeSeg.Tests.dll" benchmarks "$@" ;;
        --mattes) shift && exec dotnet "$root/tests/$bin/RealtimeSeg.Tests.dll" mattes "$@" ;;
        --soak) shift && exec "$root/tests/soak.sh" "$@" ;;
        --fast) filter='Set!=Long&Set!=Slow' && shift ;;
        --long) filter='Set=Long' && shift ;;
        '' | -? | -*:* | --filter* | --logger* | --settings* | --collect* | --blame* | --diag* | --results-* | --list-* | --verbosity*) ;;
        *) fail "no option $1 of test: './run.sh test --help' lists them" ;;
    esac
    check_whitespace
    logs=$(mktemp -d)
    if [[ " $* " == *' --filter'[\ =]* ]]; then
        run_part "$logs/all" "$@" || status=$?
    else
        # The trainer's tests and all others at once, each with a console and a working folder of its own: apart they take the sum.
        local trainer='FullyQualifiedName~RealtimeSeg.Tests.Training.' rest
        rest=${trainer/\~/!~}
        run_part "$logs/trainer" --filter "$filter&$trainer" "$@" >"$logs/trainer.out" &
        run_part "$logs/rest" --filter "$filter&$rest" "$@" || status=$? ended="the tests of the app"
        wait $! || status=$? ended="${ended:+$ended and }the trainer's tests"
        cat "$logs/trainer.out"
    fi
    # A failure is told again at the end: what is read of a long run is its last lines.
    for log in "$logs"/*.log; do
        awk '/^ *(Passed|Skipped|Failed) [^ ]+\.[^ ]/ { failed = $1 == "Failed" } /^Test Run / { exit } failed' "$log"
    done
    passed=$(count Passed "$logs") failed=$(count Failed "$logs") skipped=$(count Skipped "$logs")
    rm -rf "$logs"
    [[ $status == 0 || $failed != 0 ]] || echo "error: ${ended:-the tests} did not run to their end (exit code $status)"
    echo "$passed passed, $failed failed$([[ $skipped == 0 ]] || echo ", $skipped skipped")"
    [[ $status == 0 && $failed == 0 && $passed != 0 ]]
}

# One process of tests. NAME OPTIONS...: its lines are kept in NAME.log.
run_part() {
    local name=$1
    shift
    dotnet test "$root/tests/RealtimeSeg.Tests.csproj" -c Release --no-build --nologo --logger "console;verbosity=normal" "$@" 2>&1 |
        tee "$name.log"
}

# How many tests of all parts ended so, by their summaries.
count() {
    sed -n "s/^ *$1: *\([0-9]*\)\$/\1/p" "$2"/*.log | awk '{ sum += $1 } END { print sum + 0 }'
}

test_usage() {
    cat <<'EOF'
./run.sh test                      the tests that CI runs: ten minutes
./run.sh test --fast               those that take a minute and a half
./run.sh test --long               those that take half an hour or another machine
./run.sh test --filter EXPRESSION  some of them, by 'dotnet test' filters: FullyQualifiedName~WebTests
./run.sh test --fuzz N             damaged inputs; --seed S, --folder DIR, --programs PERCENT, --patience SECONDS
./run.sh test --fuzz-again FOLDER  an input that failed
./run.sh test --mutate             faults planted in the code; --seed S, --share PERCENT, --folder DIR
./run.sh test --benchmarks         each part of a frame's way timed by itself; --only PART, --folder DIR
./run.sh test --mattes             soft edges scored against hard masks; --model FILE, --data FOLDER, --images N, --folder DIR
./run.sh test --soak MINUTES       the program live for a long time [FOLDER]
What each of them asserts is in docs/testing.md.
EOF
}

check_whitespace() {
    (cd "$root" && dotnet format whitespace --folder --verify-no-changes .) ||
        fail "whitespace is not as .editorconfig asks: run 'dotnet format whitespace --folder .'"
}

# Pages that are made of what the programs and the packages say; each is complete before it takes the place of the last one.
write_docs() {
    local new
    new=$(mktemp)
    { "$root/app/$bin/rtseg" reference && "$root/training/$bin/rtseg-train" reference; } >"$new"
    cat "$new" >"$root/docs/cli.md"
    dotnet "$root/tests/$bin/RealtimeSeg.Tests.dll" notices >"$new"
    cat "$new" >"$root/docs/THIRD-PARTY-NOTICES.md"
    rm "$new"
}

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# One heap for all threads (app/core/Shell/NativeHeap.cs): the program would start a second time to set it.
export MALLOC_ARENA_MAX=${MALLOC_ARENA_MAX:-1}
if [[ ${1:-} == publish ]]; then shift && exec "$root/app/packaging/publish.sh" "$@"; fi
missing_packages | install
if changed; then build; fi
case ${1:-} in
    test)
        shift
        [[ ${1:-} != -h && ${1:-} != --help ]] || { test_usage; exit 0; }
        (missing_for_tests | install) || echo "note: tests that need them are skipped" >&2
        run_tests "$@" ;;
    docs) write_docs ;;
    *)
        # shellcheck disable=SC2034 # run_verb reads them
        app=$root/app/$bin/rtseg trainer=$root/training/$bin/rtseg-train launcher=./run.sh \
            more="  test, docs, publish  Run the tests (test --help); write docs/cli.md; make a release (publish --help)" \
            others='data, test, docs or publish'
        run_verb "$@" ;;
esac
