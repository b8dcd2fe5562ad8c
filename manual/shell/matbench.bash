# shellcheck shell=bash
# The fixed part: what is under the cursor, and what fits there. Candidates are whole words; at the end what readline
# does not replace (up to the last = or :) is taken off them.

_matbench_workloads() {
    local program place found
    program=$(readlink -f -- "$(type -P -- "$1")") || program=
    local -a places=()
    IFS=: read -ra places <<<"${MATBENCH_WORKLOADS-}"
    for place in $(_matbench_places); do
        [[ $place == /* ]] || place=${program%/*}/$place
        places+=("$place")
    done
    for place in "${places[@]}"; do
        for found in "$place"/*/workload.yaml; do
            found=${found%/workload.yaml}
            [[ -d $found ]] && printf '%s\n' "${found##*/}"
        done
    done
}

# _matbench_candidates BEFORE VALUE KIND WORD…: puts BEFORE and what VALUE may become into COMPREPLY
_matbench_candidates() {
    local before=$1 value=$2 kind=$3 program=${COMP_WORDS[0]}
    shift 3
    local -a found=()
    case $kind in
    words)
        if [[ $value == *,* ]]; then
            before+=${value%,*},
            value=${value##*,}
        fi
        mapfile -t found < <(compgen -W "$*" -- "$value")
        ;;
    dir | file)
        compopt -o filenames
        mapfile -t found < <(compgen "-${kind::1}" -- "$value")
        ;;
    workload)
        mapfile -t found < <(compgen -W "$(_matbench_workloads "$program")" -- "$value"; compgen -d -- "$value")
        ;;
    uri)
        compopt -o nospace
        if [[ $value == *:* ]]; then
            before+=${value%%:*}:
            mapfile -t found < <(compgen -f -- "${value#*:}")
        else
            mapfile -t found < <(compgen -W "$(_matbench_schemes)" -- "$value")
        fi
        ;;
    esac
    COMPREPLY=("${found[@]/#/$before}")
}

# _matbench_flags COMMAND TYPED: the options, spelt with dashes when TYPED is
_matbench_flags() {
    local options option
    options=$(_matbench_options "$1")
    if [[ $2 == --no* ]]; then
        for option in $options; do
            [[ $option == *= ]] || options+=" --no${option#--}"
        done
    fi
    [[ ${2#--} == *-* ]] && options=${options//_/-}
    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$2")
    [[ ${COMPREPLY[*]} == *= ]] && compopt -o nospace
}

# The words before the cursor, those that bash broke at = and : whole again.
_matbench_words() {
    local i word glue=
    words=()
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        [[ ${#words[@]} -gt 0 && $word == [=:]* ]] && glue=1
        if [[ $glue ]]; then
            words[-1]+=$word
        else
            words+=("$word")
        fi
        glue=
        [[ $word == [=:]* ]] && glue=1
    done
    return 0
}

_matbench_inner() {
    local current=${words[-1]} before='' command=${words[0]//-/_} word option taken='' first='' position=0
    local -a kind=()
    if ((${#words[@]} == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$(_matbench_commands) help version --help --version" -- "$current")
        return
    fi
    if [[ $command == help ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$(_matbench_commands)" -- "$current")
        return
    fi
    for word in "${words[@]:1:${#words[@]}-2}"; do # taken: the option that waits for its value
        option=${word#--}
        if [[ $taken ]]; then
            taken=
        elif [[ $word == --*=* ]]; then
            :
        elif [[ $word == --* ]]; then
            [[ $(_matbench_value "$command" "${option//-/_}") == *bool* ]] || taken=${option//-/_}
        else
            ((position++)) || first=$word
        fi
    done
    if [[ $current == --*=* ]]; then
        option=${current%%=*}
        before=$option=
        current=${current#*=}
        option=${option#--}
        read -ra kind < <(_matbench_value "$command" "${option//-/_}")
    elif [[ $taken ]]; then
        read -ra kind < <(_matbench_value "$command" "$taken")
    elif [[ $current == -* ]]; then
        _matbench_flags "$command" "$current"
        return
    else
        read -ra kind < <(_matbench_argument "$command" $((position + 1)) "$first")
    fi
    ((${#kind[@]})) || return
    [[ ${kind[-1]} == bool ]] && unset 'kind[-1]'
    _matbench_candidates "$before" "$current" "${kind[@]}"
}

_matbench() {
    local -a words
    local current kept=''
    COMPREPLY=()
    _matbench_words
    _matbench_inner
    current=${words[-1]}
    [[ $COMP_WORDBREAKS == *=* && $current == --*=* ]] && kept=${current%%=*}=
    [[ $COMP_WORDBREAKS == *:* && $current == *:* ]] && kept=${current%:*}:
    COMPREPLY=("${COMPREPLY[@]#"$kept"}")
}
complete -F _matbench matbench
