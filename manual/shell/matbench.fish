# The fixed part.

# The words before the cursor that are neither flags nor a flag's value: the command and its arguments.
function __matbench_arguments
    set -l taken
    for word in (commandline -opc)[2..-1]
        if set -q taken[1]
            set -e taken
        else if string match -qr -- '^--[^=]*$' $word
            contains -- (string sub -s 3 -- $word | string replace -a -- - _) (__matbench_flags); or set taken $word
        else if not string match -q -- '--*' $word
            echo -- $word
        end
    end
end

function __matbench_wants_command
    test (count (__matbench_arguments)) -eq 0
end

function __matbench_is
    set -l words (__matbench_arguments)
    set -q words[1]; and test (string replace -a -- - _ $words[1]) = $argv[1]
end

# __matbench_at POSITION [AFTER]: the cursor is at this argument, and the first one is AFTER
function __matbench_at
    set -l words (__matbench_arguments)
    test (count $words) -eq $argv[1]; and begin
        not set -q argv[2]; or test "$words[2]" = $argv[2]
    end
end

function __matbench_workloads
    set -l program (realpath (command -s matbench) 2>/dev/null)
    for place in (string split -n : -- "$MATBENCH_WORKLOADS") (__matbench_places)
        string match -q -- '/*' $place; or set place (dirname -- "$program")/$place
        for found in $place/*/workload.yaml
            basename (dirname -- $found)
        end
    end
    __fish_complete_directories
end

function __matbench_uris
    set -l typed (string replace -r -- '^--[^=]*=' '' (commandline -ct))
    if string match -q -- '*:*' $typed
        set -l scheme (string split -m1 : -- $typed)
        for file in $scheme[2]*
            echo $scheme[1]:$file
        end
    else
        __matbench_schemes
    end
end

complete -c matbench -n __matbench_wants_command -l version -d 'What it is built from'
complete -c matbench -l help -d 'The commands, or the options of one'
