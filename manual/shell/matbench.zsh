# The fixed part.

__matbench_workloads() {
    local program=${commands[$words[1]]:-${commands[matbench]}} place
    local -a names
    for place in ${(s.:.)MATBENCH_WORKLOADS} $__matbench_places; do
        [[ $place == /* ]] || place=${program:A:h}/$place
        names+=($place/*/workload.yaml(N:h:t))
    done
    _alternative "workloads:workload:compadd -a names" 'directories:directory:_files -/'
}

__matbench_uri() {
    if compset -P '*:'; then
        _files
    else
        compadd -S '' -a __matbench_schemes
    fi
}

_matbench() {
    local curcontext=$curcontext state line
    typeset -A opt_args
    _arguments -C '(- *)--help[the commands]' '(- *)--version[what it is built from]' \
        '1:command:->command' '*::argument:->argument' && return
    case $state in
    command) _describe command __matbench_commands ;;
    argument)
        local name=${words[1]//-/_}
        if [[ $name == help ]]; then
            _describe command __matbench_commands
        elif (( $+functions[_matbench_$name] )); then
            _matbench_$name
        fi
        ;;
    esac
}

_matbench "$@"
