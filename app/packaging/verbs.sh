# shellcheck shell=bash disable=SC2154
# Which program has which verb, for run.sh and for the launcher of a release. Sourced, with variables set: the program's path in $app, the
# trainer's in $trainer, what the user types before a verb in $launcher, its own lines of help in $more, and the last verbs in $others.

run_verb() {
    case ${1:-} in
        train | eval | export | quantize | convert | data) exec "$trainer" "$@" ;;
        -h | --help)
            [[ -z ${2:-} || $2 == -* ]] || exec "$0" "$2" --help
            "$app" --help
            [[ -z $more ]] || echo "$more"
            echo
            "$trainer" --help | sed '/^Usage:/,/^$/d; /^Options:/,/^$/d; s/^Commands:/Commands of the trainer:/' ;;
        '[suggest:'*) # of Tab: the shell asks the program that has the command
            local verb
            read -r _ verb _ <<<"${2:-}"
            case $verb in
                train | eval | export | quantize | convert | data) exec "$trainer" "$@" ;;
            esac
            exec "$app" "$@" ;;
        '' | -* | live | replay | bench | models | info | doctor | completion) exec "$app" "$@" ;;
        *)
            [[ ! -e $1 ]] || fail "no command '$1': a recording plays with '$launcher replay $1'"
            local verbs="live, replay, bench, models, info, doctor, train, eval, export, quantize, convert, $others" near words
            read -ra words <<<"$(sed 's/,/ /g; s/ or / /' <<<"$verbs")"
            near=$("$app" nearest "$1" "${words[@]}") || near=''
            fail "no command '$1'$near: choose $verbs" ;;
    esac
}
