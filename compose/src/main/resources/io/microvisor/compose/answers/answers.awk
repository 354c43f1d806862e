# Checks an answers file against the vocabulary; without a problem, and with STAGE in the environment, writes what is to be done
# into that folder. Bytes are bytes (LC_ALL=C), whatever awk runs it.
#
# awk -f answers.awk vocabulary answers
#
# prints for each problem: line TAB column TAB words
#
# STAGE/plan, fields separated by tabs, the first the line of the section: `hostname NAME`, `key USER KEY`, `network N`,
# `proxy`, `file N PATH MODE OWNER`, `unit N NAME yes|no`; what belongs to N is in STAGE/N.

function problem(at, column, words) {
  problems++
  print at "\t" column "\t" words
}

# What may be repeated on a console.
function shown(text,   short, i, c, safe) {
  short = length(text) > 60 ? substr(text, 1, 60) : text
  safe = ""
  for (i = 1; i <= length(short); i++) {
    c = substr(short, i, 1)
    safe = safe (c ~ /^[ -~]$/ ? c : "?")
  }
  return safe (length(text) > 60 ? "..." : "")
}

# Not by an expression that looks for blanks at the end: some awks try it from each blank of a line of a million.
function trimmed(text,   end) {
  end = length(text)
  while (end > 0 && substr(text, end, 1) ~ /[ \t]/) end--
  return substr(text, blanks(text) + 1, end - blanks(text))
}

function blanks(text) {
  match(text, /^[ \t]*/)
  return RLENGTH
}

function fits(form, text) {
  return length(text) <= most[form] + 0 && text ~ ("^(" regex[form] ")$")
}

# How a text is named that is not understood: people forget the bar before a line of contents, and what is secret in it belongs on no
# console. Only what may be a key is repeated.
function named(text) {
  return length(text) <= 24 && text ~ /^[a-z][a-z_-]*$/ ? "\"" text "\"" : "this line"
}

# A value that is not in its form.
function wrong(form, text) {
  return (form in hidden ? "not in its form" : "\"" shown(text) "\"") " (expected: " expected[form] ")"
}

# What stands in place of a section's or key's name in messages.
function title() {
  return "[" section (argument == "" ? "" : " " argument) "]"
}

function finish(   n, i, names) {
  if (section == "") return
  n = split(keys[section], names, " ")
  for (i = 1; i <= n; i++) {
    if (times[section, names[i]] == "must" && !((instance, names[i]) in counted)) {
      problem(start, column_of_section, title() ": lacks " names[i] " (expected: " expected[form_of[section, names[i]]] ")")
    }
  }
  if (lines[section] == "must" && !(instance in content)) {
    problem(start, column_of_section, title() ": holds no lines (expected: lines that begin with |)")
  }
}

function header(text, column,   inner, at, name, rest, form) {
  finish()
  section = argument = ""
  skipping = 1
  if (text !~ /\]$/) {
    problem(line, column, "[: not closed (expected: ] at the end of the line)")
    return
  }
  inner = substr(text, 2, length(text) - 2)
  at = column + 1 + blanks(inner)
  inner = trimmed(inner)
  name = inner
  sub(/[ \t].*$/, "", name)
  rest = substr(inner, length(name) + 1)
  if (!(name in lines)) {
    problem(line, at, (named(name) == "this line" ? "this line" : "[" name "]") ": no such section (expected: one of " all ")")
    return
  }
  form = argument_form[name]
  column_of_section = at
  at += length(name) + blanks(rest)
  rest = trimmed(rest)
  if (form == "-" && rest != "") {
    problem(line, at, "[" name "]: takes no name (expected: [" name "])")
    return
  }
  if (form != "-" && rest == "") {
    problem(line, column_of_section, "[" name "]: names nothing (expected: " expected[form] ")")
    return
  }
  if (form != "-" && !fits(form, rest)) {
    problem(line, at, "[" name "]: \"" shown(rest) "\" (expected: " expected[form] ")")
    return
  }
  if ((name, rest) in first) {
    problem(line, column_of_section, "[" name (rest == "" ? "" : " " rest) "]: stands twice (expected: once; it stands in line " first[name, rest] ")")
    return
  }
  first[name, rest] = line
  section = name
  argument = rest
  start = line
  skipping = 0
  instance++
  names_of[instance] = name
  arguments_of[instance] = rest
  lines_of[instance] = line
}

function answer(text, column,   equals, name, value, at, form) {
  equals = index(text, "=")
  if (equals == 0) {
    if (!skipping) problem(line, column, "neither a section, a key nor contents (expected: [section], key = value, or | and a line)")
    return
  }
  name = trimmed(substr(text, 1, equals - 1))
  if (skipping) return
  if (section == "") {
    problem(line, column, named(name) ": stands before all sections (expected: [section] before it)")
    return
  }
  if (!((section, name) in form_of)) {
    problem(line, column, named(name) ": no such key in [" section "] (expected: one of " list(keys[section]) ")")
    return
  }
  value = substr(text, equals + 1)
  at = column + equals + blanks(value)
  value = trimmed(value)
  form = form_of[section, name]
  if (value == "") {
    problem(line, column + equals - 1, name ": empty (expected: " expected[form] ")")
    return
  }
  if (!fits(form, value)) {
    problem(line, at, name ": " wrong(form, value))
  }
  if (times[section, name] == "once" && (instance, name) in counted) {
    problem(line, column, name ": stands twice in " title() " (expected: once)")
    return
  }
  counted[instance, name]++
  values[instance, name, counted[instance, name]] = value
}

function list(words) {
  gsub(/ /, ", ", words)
  return words
}

BEGIN {
  skipping = 0
}

FNR == 1 {
  which++
}

which == 1 {
  if ($0 ~ /^#/) next
  split($0, field, "\t")
  if (field[1] == "form") {
    most[field[2]] = field[3]
    expected[field[2]] = field[4]
    regex[field[2]] = field[5]
    if (field[6] == "hidden") hidden[field[2]] = 1
  } else if (field[1] == "section") {
    argument_form[field[2]] = field[3]
    lines[field[2]] = field[4]
    all = all (all == "" ? "" : ", ") field[2]
  } else if (field[1] == "key") {
    keys[field[2]] = keys[field[2]] (keys[field[2]] == "" ? "" : " ") field[3]
    form_of[field[2], field[3]] = field[4]
    times[field[2], field[3]] = field[5]
  }
  next
}

{
  line = FNR
  text = $0
  if (line == 1) sub(/^\357\273\277/, "", text)
  sub(/\r$/, "", text)
  column = blanks(text) + 1
  bare = trimmed(text)
  if (bare == "" || bare ~ /^#/) {
    next
  } else if (bare ~ /^\|/) {
    if (skipping) next
    if (section == "" || lines[section] == "no") {
      problem(line, column, (section == "" ? "contents: stand before all sections" : "contents: [" section "] has none") " (expected: them in [file ...] or [unit ...])")
      next
    }
    text = substr(text, column + 1)
    sub(/^ /, "", text)
    content[instance]++
    contents[instance, content[instance]] = text
  } else if (bare ~ /^\[/) {
    header(bare, column)
  } else {
    answer(bare, column)
  }
}

function only(i, name, otherwise) {
  return (i, name) in counted ? values[i, name, 1] : otherwise
}

function each(i, name, word, file,   n) {
  for (n = 1; n <= counted_of(i, name); n++) print word values[i, name, n] > file
}

function counted_of(i, name) {
  return (i, name) in counted ? counted[i, name] : 0
}

function network(i, file) {
  print "[Match]\nName=" arguments_of[i] "\n\n[Network]\nDHCP=" only(i, "dhcp", "no") > file
  each(i, "address", "Address=", file)
  each(i, "gateway", "Gateway=", file)
  each(i, "dns", "DNS=", file)
  if (only(i, "dhcp", "no") ~ /^(yes|ipv4)$/) print "\n[DHCPv4]\nClientIdentifier=mac" > file
}

function proxy(i, file) {
  each(i, "http", "http_proxy=", file)
  each(i, "https", "https_proxy=", file)
  each(i, "except", "no_proxy=", file)
}

function staged(stage,   i, n, name, plan, file) {
  plan = stage "/plan"
  printf "" > plan
  for (i = 1; i <= instance; i++) {
    name = names_of[i]
    file = stage "/" i
    printf "" > file
    if (name == "machine" && (i, "hostname") in counted) print lines_of[i] "\thostname\t" only(i, "hostname") > plan
    if (name == "user") for (n = 1; n <= counted[i, "ssh-key"]; n++) print lines_of[i] "\tkey\t" arguments_of[i] "\t" values[i, "ssh-key", n] > plan
    if (name == "network") {
      print lines_of[i] "\tnetwork\t" i > plan
      network(i, file)
    }
    if (name == "proxy") {
      print lines_of[i] "\tproxy\t" i > plan
      proxy(i, file)
    }
    if (name == "file") print lines_of[i] "\tfile\t" i "\t" arguments_of[i] "\t" only(i, "mode", "0644") "\t" only(i, "owner", "-") > plan
    if (name == "unit") print lines_of[i] "\tunit\t" i "\t" arguments_of[i] "\t" only(i, "start", arguments_of[i] ~ /\// ? "no" : "yes") > plan
    for (n = 1; n <= content[i]; n++) print contents[i, n] > file
    close(file)
  }
  close(plan)
}

END {
  finish()
  if (instance == 0 && problems == 0) problem(1, 1, "no answers (expected: [section], then key = value)")
  if (problems == 0 && ENVIRON["STAGE"] != "") staged(ENVIRON["STAGE"])
}
