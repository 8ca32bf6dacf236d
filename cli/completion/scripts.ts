/** The shells that words can be completed in. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/**
 * What a shell sources. Each asks `ap __complete -- WORD…` for what the last word can become: a line for each, `value<TAB>meaning`, or
 * `:files` or `:directories` where the shell knows better. So the script stays the same whatever commands there are.
 */
export const SCRIPTS: Readonly<Record<Shell, string>> = {
  // It works without the package bash-completion, and with the bash 3.2 of macOS.
  bash: `# Completion of ap for bash: source <(ap completion bash)
_ap_complete() {
  local line="\${COMP_LINE:0:COMP_POINT}" word rest kept value meaning
  local -a words
  # The words as they were typed: bash parts its own at : and =.
  read -ra words <<< "$line"
  [[ "$line" == *[[:space:]] ]] && words+=('')
  word="\${words[\${#words[@]}-1]}"
  rest="$word"
  [[ "$COMP_WORDBREAKS" == *:* ]] && rest="\${rest##*:}"
  [[ "$COMP_WORDBREAKS" == *=* ]] && rest="\${rest##*=}"
  kept="\${word%"$rest"}"
  COMPREPLY=()
  while IFS=$'\\t' read -r value meaning; do
    case "$value" in
      :files | :directories)
        compopt -o filenames 2>/dev/null
        local action=-f path
        [[ "$value" == :directories ]] && action=-d
        while IFS= read -r path; do COMPREPLY+=("$path"); done < <(compgen "$action" -- "$rest")
        ;;
      *)
        printf -v value %q "\${value#"$kept"}"
        COMPREPLY+=("$value")
        ;;
    esac
  done < <("$1" __complete -- "\${words[@]:1}" 2>/dev/null)
}
complete -F _ap_complete ap
`,
  zsh: `#compdef ap
# Completion of ap for zsh: source <(ap completion zsh), or a file _ap in a folder of fpath.
_ap() {
  local -a pairs
  local value meaning paths
  while IFS=$'\\t' read -r value meaning; do
    case $value in
      :files | :directories) paths=$value ;;
      *) pairs+=("\${value//:/\\\\:}\${meaning:+:$meaning}") ;;
    esac
  done < <("\${(Q)words[1]}" __complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  case $paths in
    :files) _files ;;
    :directories) _directories ;;
    *) _describe -V ap pairs ;;
  esac
}
if [[ $funcstack[1] == _ap ]]; then
  _ap "$@"
else
  compdef _ap ap
fi
`,
  fish: `# Completion of ap for fish: ap completion fish > ~/.config/fish/completions/ap.fish
function __ap_complete
  set -l words (commandline -opc)
  set -l word (commandline -ct)
  set -l program $words[1]
  set -e words[1]
  for line in ($program __complete -- $words "$word" 2>/dev/null)
    switch $line
      case ':files'
        __fish_complete_path "$word"
      case ':directories'
        __fish_complete_directories "$word"
      case '*'
        echo $line
    end
  end
end
complete -c ap -f -k -a '(__ap_complete)'
`,
};
