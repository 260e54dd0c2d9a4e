"""Ways to break a programme: file, what is replaced by what, the text at the place of the finding, and its words."""

APPLICATION = "machines/application.yaml"
FORM = "forms/application.yaml"

FAULTS = {
    "yaml: a list that is not closed": (
        APPLICATION, "by: [programme_manager, chief_of_mission]", "by: [programme_manager, chief_of_mission",
        "label: {en: \"Approve the grant\"", "this is not YAML",
    ),
    "yaml: the same key twice": (
        "programme.yaml", "kind: call ", "kind: call\nkind: call ", "kind: call ",
        "the key 'kind' is already given in line",
    ),
    "programme: a key that does not exist": (
        "programme.yaml", "application_form: application\n", "aplication_form: application\n",
        "aplication_form",
        "unknown key 'aplication_form' Did you mean 'application_form'?",
    ),
    "programme: a form that does not exist": (
        "programme.yaml", "application_form: application\n", "application_form: aplication\n",
        "application_form",
        "unknown form 'aplication' Did you mean 'application'?",
    ),
    "programme: the amount is no question of money": (
        "programme.yaml", "amount_question: requested", "amount_question: title", "amount_question",
        "the question 'title' is of type text; it must be money",
    ),
    "programme: a title question that does not exist": (
        "programme.yaml", "title_question: title", "title_question: titel", "title_question",
        "unknown question of the form 'application': 'titel' Did you mean 'title'?",
    ),
    "programme: a person's field without a question": (
        "programme.yaml", "full_name: full_name", "full_name: fullname", "full_name: fullname",
        "unknown question of the form 'application': 'fullname' Did you mean 'full_name'?",
    ),
    "programme: a party of an unknown kind": (
        "programme.yaml", "  applicant:\n    full_name", "  aplicant:\n    full_name", "aplicant:",
        "unknown kind of party 'aplicant' Did you mean 'applicant'?",
    ),
    "programme: a paper without its question": (
        "programme.yaml", "question: cv_file", "question: cv_fil", "question: cv_fil,",
        "unknown question of the form 'application': 'cv_fil' Did you mean 'cv_file'?",
    ),
    "programme: shares that do not add up": (
        "programme.yaml", "share: 40", "share: 41", "tranches:\n",
        "the shares of the tranches add up to 101, not to 100",
    ),
    "programme: a tranche that waits for nothing": (
        "programme.yaml", "{report: first_report}", "{report: frist_report}", "{report: frist_report}",
        "unknown appointment 'frist_report' Did you mean 'first_report'?",
    ),
    "programme: a tranche opened by what nobody knows": (
        "programme.yaml", "opens: [agreement_signed]", "opens: [agreement_singed]", "[agreement_singed]",
        "unknown kind of opening 'agreement_singed' Did you mean 'agreement_signed'?",
    ),
    "programme: an opening that names nothing": (
        "programme.yaml", "[{report: first_report}]", "[report]", "[report]",
        "the opening 'report' names an appointment: {report: ...}",
    ),
    "programme: an opening that names too much": (
        "programme.yaml", "opens: [agreement_signed]", "opens: [{agreement_signed: first_report}]",
        "[{agreement_signed", "the opening 'agreement_signed' is written alone, without 'first_report'",
    ),
    "programme: a follow-up without its form": (
        "programme.yaml", "form: visit, months: 4", "form: visti, months: 4", "form: visti",
        "unknown form 'visti' Did you mean 'visit'?",
    ),
    "programme: a follow-up of an unknown kind": (
        "programme.yaml", "kind: visit, form: visit, months: 4", "kind: visti, form: visit, months: 4",
        "kind: visti",
        "input should be 'visit', 'report' or 'survey'",
    ),
    "programme: a duty nobody has": (
        "programme.yaml", "separation: [screen, evaluate", "separation: [screen, evaulate", "evaulate",
        "unknown duty 'evaulate' Did you mean 'evaluate'?",
    ),
    "programme: a wording without a language": (
        "programme.yaml", ", el: \"Έναρξη\"}", "}", "title: {en: \"Start\"", "no words in el",
    ),
    "criteria: weights that do not add up": (
        "criteria.yaml", "weight: 20", "weight: 21", "criteria:\n",
        "the weights of the criteria add up to 101, not to 100",
    ),
    "criteria: a bonus on an unknown answer": (
        "criteria.yaml", "a.woman_led", "a.women_led", "when: \"a.women_led",
        "unknown name 'a.women_led'; did you mean 'woman_led'?",
    ),
    "criteria: a tie on an unknown criterion": (
        "criteria.yaml", "ties: [jobs, market", "ties: [jobs, markte", "markte",
        "unknown criterion 'markte' Did you mean 'market'?",
    ),
    "criteria: a tie that cannot be worked out": (
        "criteria.yaml", "a.jobs_planned\"", "a.jobs_planed\"", "{least: \"a.req",
        "unknown name 'a.jobs_planed'; did you mean 'jobs_planned'?",
    ),
    "criteria: one criterion twice": (
        "criteria.yaml", "- id: market", "- id: team", None, "the criterion 'team' stands twice",
    ),
    "screening: a mandatory check without a reason": (
        "screening.yaml", "    reason_code: late\n", "", "id: on_time",
        "the mandatory check 'on_time' has no reason_code",
    ),
    "screening: a key that does not exist": (
        "screening.yaml", "reason_code: late", "reason_cod: late", "reason_cod:",
        "unknown key 'reason_cod' Did you mean 'reason_code'?",
    ),
    "machine: a guard that does not exist": (
        APPLICATION, "- amount_within_recommended\n", "- amount_within_recomended\n", "amount_within_recomended",
        "unknown guard 'amount_within_recomended' Did you mean 'amount_within_recommended'?",
    ),
    "machine: an effect with a parameter of another name": (
        APPLICATION, "{record_decision: {outcome: approved}}", "{record_decision: {outcom: approved}}",
        "{record_decision: {outcom:", "unknown parameter 'outcom'; did you mean 'outcome'?",
    ),
    "machine: a role that does not exist": (
        APPLICATION, "by: [programme_manager, chief_of_mission]", "by: [programme_manager, chief_of_misson]",
        "chief_of_misson", "unknown role 'chief_of_misson' Did you mean 'chief_of_mission'?",
    ),
    "machine: a letter that does not exist": (
        APPLICATION, "{letter: award", "{letter: awrad", "letter: awrad",
        "unknown letter 'awrad' Did you mean 'award'?",
    ),
    "machine: a mail that does not exist": (
        APPLICATION, "{id: agreement_ready", "{id: agreement_redy", "id: agreement_redy",
        "unknown mail 'agreement_redy' Did you mean 'agreement_ready'?",
    ),
    "machine: a form that does not exist": (
        APPLICATION, "form: agreement_signature", "form: agreement_sign", "form: agreement_sign\n",
        "unknown form 'agreement_sign' Did you mean 'agreement_signature'?",
    ),
    "machine: a condition on an unknown figure": (
        APPLICATION, "v.second_approver_above_minor", "v.second_aprover_above_minor",
        "when: \"f.recommendation.amount_minor",
        "unknown name 'v.second_aprover_above_minor'; did you mean 'second_approver_above_minor'?",
    ),
    "machine: a move to nowhere": (
        APPLICATION, "    to: approved\n", "    to: aproved\n", "to: aproved",
        "unknown stage 'aproved' Did you mean 'approved'?",
    ),
    "machine: a final stage with a way out": (
        APPLICATION, "    from: recommended\n    to: approved\n",
        "    from: [recommended, closed]\n    to: approved\n",
        "closed]\n    to: approved", "the final stage 'closed' has an exit, 'approve'",
    ),
    "machine: a key that does not exist": (
        APPLICATION, "    duty: approve\n", "    dutty: approve\n", "dutty:",
        "unknown key 'dutty' Did you mean 'duty'?",
    ),
    "form: filled by nobody": (
        FORM, "fill: {by: [applicant]", "fill: {by: [aplicant]", "by: [aplicant]",
        "unknown role 'aplicant' Did you mean 'applicant'?",
    ),
    "form: filled in no stage": (
        FORM, "in: [draft, clarification]", "in: [draft, clarifcation]", "in: [draft, clarifcation]",
        "unknown stage 'clarifcation' Did you mean 'clarification'?",
    ),
    "form: a question's key that does not exist": (
        FORM, "required: true, max_length: 80", "required: true, max_lenght: 80", "max_lenght",
        "unknown key 'max_lenght' Did you mean 'max_length'?",
    ),
    "form: a condition on an unknown question": (
        FORM, "show_if: \"a.parent_born_in_albania", "show_if: \"a.parents_born_in_albania",
        "show_if: \"a.parents_born", "unknown parents_born_in_albania",
    ),
    "letter: a fact that does not exist": (
        "letters/award.yaml", "facts: [application, applicant,", "facts: [application, aplicant,", "aplicant",
        "unknown fact 'aplicant' Did you mean 'applicant'?",
    ),
    "letter: a field that does not exist": (
        "letters/award.yaml", "en: \"{{ award.amount | money }}\"", "en: \"{{ award.amout | money }}\"",
        "en: \"{{ award.amout", "unknown field of the fact 'award': 'amout' Did you mean 'amount'?",
    ),
    "letter: a block's key that does not exist": (
        "letters/award.yaml", "    when: \"decision.conditions", "    wen: \"decision.conditions", "wen:",
        "unknown key 'wen' Did you mean 'when'?",
    ),
    "mail: a fact that it does not name": (
        "mails.yaml", "received:\n  facts: [application, applicant, call, office]",
        "received:\n  facts: [application, applicant, office]", "en: \"Dear {{ applicant.name }},", "call",
    ),
    "mail: a field that does not exist": (
        "mails.yaml", "en: \"We have your application {{ application.reference }}\"",
        "en: \"We have your application {{ application.refrence }}\"", "en: \"We have your application",
        "unknown field of the fact 'application': 'refrence' Did you mean 'reference'?",
    ),
    "appeal: an outcome that no decision has": (
        APPLICATION, "- open_appeal: {against: [ineligible, rejected, approved]}",
        "- open_appeal: {against: [ineligible, rejekted, approved]}", "rejekted",
        "unknown outcome of a decision 'rejekted' Did you mean 'rejected'?",
    ),
    "appeal: taken in without a question": (
        APPLICATION, "guards: [{may_appeal: {against: [ineligible, rejected, approved]}}]", "guards: []",
        "open_appeal: ", "opens an appeal without asking whether there may be one",
    ),
    "appeal: an end that leaves it open": (
        "machines/appeal.yaml", "      - end_appeal: {outcome: dismissed}\n", "",
        None, "the move 'dismiss' leads to an end, but it does not end the appeal",
    ),
    "appeal: ended before its end": (
        "machines/appeal.yaml", "effects: [{mail: {id: appeal_admitted",
        "effects: [{end_appeal: {outcome: in}}, {mail: {id: appeal_admitted",
        "effects: [{end_appeal", "the move 'admit' ends the appeal, but it does not lead to an end",
    ),
}  # fmt: skip
