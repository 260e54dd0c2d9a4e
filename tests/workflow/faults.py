"""Ways to damage a machine, and what is found: the text at the place of the finding, and its message."""

FAULTS = [
    ('initial: draft', 'initial: drafd', [
        ('initial: drafd', "error: unknown stage 'drafd' Did you mean 'draft'?"),
    ]),
    ('to: on_hold', 'to: onhold', [
        ('on_hold:', "error: no way leads to the stage 'on_hold'"),
        ('to: onhold', "error: unknown stage 'onhold' Did you mean 'on_hold'?"),
    ]),
    ('from: [draft, on_hold]', 'from: [draft, on_hold, nowhere]', [
        ('nowhere', "error: unknown stage 'nowhere'"),
    ]),
    ('waits_for: [officer, chair]', 'waits_for: [officer, chiar]', [
        ('chiar', "error: unknown role 'chiar' Did you mean 'chair'?"),
    ]),
    ('by: [applicant]', 'by: [aplicant]', [
        ('aplicant', "error: unknown role 'aplicant' Did you mean 'applicant'?"),
    ]),
    ('call_open, {form_complete', 'call_opne, {form_complete', [
        ('call_opne', "error: unknown guard 'call_opne' Did you mean 'call_open'?"),
    ]),
    ('      - reserve\n', '      - reserv\n', [
        ('reserv', "error: unknown effect 'reserv' Did you mean 'reserve'?"),
    ]),
    ('form: decision', 'form: decisoin', [
        ('form: decisoin', "error: unknown form 'decisoin' Did you mean 'decision'?"),
    ]),
    ('{form: application}', '{form: aplication}', [
        ('form: aplication', "error: unknown form 'aplication' Did you mean 'application'?"),
    ]),
    ('letter: award', 'letter: awrad', [
        ('letter: awrad', "error: unknown letter 'awrad' Did you mean 'award'?"),
    ]),
    ('id: received', 'id: recieved', [
        ('id: recieved', "error: unknown mail 'recieved' Did you mean 'received'?"),
    ]),
    ('received, to: applicant', 'received, to: nobody', [('to: nobody', "error: unknown role 'nobody'")]),
    ('mail: overdue', 'mail: overdeu', [
        ('mail: overdeu', "error: unknown mail 'overdeu' Did you mean 'overdue'?"),
    ]),
    ('overdue, to: officer', 'overdue, to: oficer', [
        ('to: oficer', "error: unknown role 'oficer' Did you mean 'officer'?"),
    ]),
    ('from: call.closes_at', 'from: cal.closes_at', [
        ('from: cal.closes_at', "error: unknown fact 'cal' Did you mean 'call'?"),
    ]),
    ('from: call.closes_at', 'from: call.closed_at', [
        ('from: call.closed_at',
         "error: unknown field of the fact 'call': 'closed_at' Did you mean 'closes_at'?"),
    ]),
    ('working_days: 3, from: call.closes_at', 'at: call.closing', [
        ('at: call.closing', "error: unknown field of the fact 'call': 'closing'"),
    ]),
    (', then: {mail: overdue, to: officer}', '', [
        ('deadline:', "error: the deadline of the stage 'review' leads to nothing"),
    ]),
    ('then: {move: expire}', 'then: {move: expired}', [
        ('move: expired', "error: unknown move 'expired' Did you mean 'expire'?"),
    ]),
    ('then: {move: expire}', 'then: {move: resume}', [
        ('move: resume', "error: the clock may not make the move 'resume'"),
    ]),
    ('from: [draft, on_hold]', 'from: [draft]', [
        ('move: expire', "error: the move 'expire' cannot be made in the stage 'on_hold'"),
    ]),
    ('expired: {label', 'lost: {label: {en: Lost}, phase: end, final: true}\n  expired: {label', [
        ('lost:', "error: no way leads to the stage 'lost'"),
    ]),
    ('granted: {label: {en: Granted}, phase: end, final: true}',
     'granted: {label: {en: Granted}, phase: end}', [
        ('granted:', "error: no move leads out of the stage 'granted'"),
        ('from: granted', "error: the move 'reconsider' reopens, but the stage 'granted' is no end"),
    ]),
    ('from: [draft, on_hold]', 'from: [draft, on_hold, granted]', [
        ('granted', "error: the final stage 'granted' has an exit, 'expire'"),
    ]),
    ('reopens: true, ', '', [('from: granted', "error: the final stage 'granted' has an exit, 'reconsider'")]),
    ('from: granted, to: review, by: [system]', 'from: [granted, on_hold], to: review, by: [system]', [
        ('on_hold', "error: the move 'reconsider' reopens, but the stage 'on_hold' is no end"),
    ]),
    ('from: granted, to: review, by: [system]', 'from: granted, to: expired, by: [system]', [
        ('reopens', "error: the move 'reconsider' reopens, but it does not lead back to work"),
    ]),
    ('to: review, by: [system]', 'to: review, by: [chair]', [
        ('by:', "error: the move 'reconsider' reopens; nobody but the system may make it"),
    ]),
    ('expired: {label: {en: Expired}, phase: end,',
     'expired: {label: {en: Expired}, phase: end, deadline: {days: 1, then: {move: expire}},', [
        ('deadline:', "error: the final stage 'expired' has a deadline"),
        ('move: expire', "error: the move 'expire' cannot be made in the stage 'expired'"),
    ]),
    ('    by: [chair]\n', '', [('grant:', "error: nobody may make the move 'grant'")]),
    ('  granted: {', '  on__hold: {label: {en: Hold}, phase: x, final: true}\n  granted: {', [
        ('on__hold:', "error: no way leads to the stage 'on__hold'"),
        ('on__hold:', "error: the stages 'on_hold' and 'on__hold' are spelled alike"),
    ]),
    ('[call_open, ', '[mute, call_open, ', [
        ('mute', "error: the guard 'mute' has no words for the person it refuses"),
    ]),
    ('    duty: {name: decide, on: item}\n', '', [
        ('reserve', "error: the effect 'reserve' moves money in a move without a duty"),
    ]),
    ('duty: {name: decide, on: item}', 'duty: [{name: decide, on: item}, {name: act, on: item}]', [
        ('duty:', "error: the move 'grant' takes on two duties in one place"),
    ]),
    ('count: 2}', 'count: 2, from: [chair, [officer, chair]]}', [
        ('[officer', "error: an approval is asked of 'officer', who may not make the move"),
    ]),
    ('[officer, chair]', '[officer, {chair: "f.award.amont > 1"}]', [
        ('{chair', "error: in the condition: unknown name 'f.award.amont'; did you mean 'amount'?"),
    ]),
    ('on: item', 'on: itme', [('on: itme', "error: unknown machine 'itme' Did you mean 'item'?")]),
    ('{form: application}', '{from: application}', [
        ('{form_complete: {from: application',
         ("error: guard 'form_complete': parameter 'form' is missing; unknown parameter 'from'; "
          "did you mean 'form'?")),
    ]),
    ('f.award.amount > v.limit', 'f.award.amont > v.limit', [
        ('when: "f.award.amont > v.limit"',
         "error: in the condition: unknown name 'f.award.amont'; did you mean 'amount'?"),
    ]),
    ('f.award.amount > v.limit', 'm.amount > v.limit', [
        ('when: "m.amount > v.limit"', "error: in the condition: unknown name 'm.amount'"),
    ]),
    ('count: 2}', 'count: 1}', [('count: 1', 'warning: the threshold asks for 1, no more than without it')]),
    ('m.reason !=', 'm.raeson !=', [
        ('when: "m.raeson != \'\' && award.amount > 0"',
         "error: in the condition: unknown name 'm.raeson'; did you mean 'reason'?"),
    ]),
    ('award.amount > 0', 'award.amount >', [
        ('when: "m.reason != \'\' && award.amount >"',
         "error: in the condition: this is not a condition: mismatched input '<EOF>' (at character 33)"),
    ]),
    ('    form: decision\n', '', [
        ('reason_given', "error: the guard 'reason_given' reads the move's form, but the move has none"),
        ('condition:', "error: the guard 'condition' reads the move's form, but the move has none"),
        ('when: "m.reason != \'\' && award.amount > 0"', "error: in the condition: unknown name 'm.reason'"),
    ]),
    ('to: granted\n    by: [chair]', 'to: granted\n    by: [chair, system]', [
        ('approvals:', "error: the system cannot approve 'grant'"),
    ]),
    ('    to: granted\n', '', [
        ('granted:', "error: no way leads to the stage 'granted'"),
        ('approvals:', "error: the move 'grant' asks for approvals but changes no stage"),
    ]),
    ('kind: item', 'kind: itme', [('kind: itme', "error: unknown machine 'itme' Did you mean 'item'?")]),
    ('move: drop', 'move: dorp', [('move: dorp', "error: unknown move 'dorp' Did you mean 'drop'?")]),
    ('phase: applying', 'fase: applying', [
        ('draft:', "error: the key 'phase' is missing in stages.draft"),
        ('fase: applying', "error: unknown key 'fase' Did you mean 'phase'?"),
    ]),
    ('    effects: [{mail', '    efects: [{mail', [
        ('efects: [', "error: unknown key 'efects' Did you mean 'effects'?"),
    ]),
    ('working_days: 3', 'working_day: 3', [
        ('working_day: 3', "error: unknown key 'working_day' Did you mean 'working_days'?"),
    ]),
    ('  hold:\n', '  submit:\n', [('submit:', "error: the key 'submit' is already given in line 16")]),
    ('label: {en: Hold}', 'label: {en: [Hold}', [
        ('}', "error: this is not YAML: did not find expected ',' or ']' while parsing a flow sequence"),
    ]),
    ('from: [open]', 'from: [opne]', [('opne', "error: unknown stage 'opne' Did you mean 'open'?")]),
    ('limit", count: 2', 'limt", count: 2', [
        ('when: "f.award.amount > v.limt"',
         "error: in the condition: unknown name 'v.limt'; did you mean 'limit'?"),
    ]),
    ('phase: deciding\n    waits_for', 'phase: 7\n    waits_for', [
        ('phase: 7', 'error: stages.review.phase: input should be a valid string'),
    ]),
    ('by: officer,', 'by: officer, tone: loud,', [
        ('tone: loud', "error: moves.resume.tone: input should be 'primary', 'plain' or 'danger'"),
    ]),
    ('initial: draft\n', '', [('stages:', "error: the key 'initial' is missing in this file")]),
]  # fmt: skip
