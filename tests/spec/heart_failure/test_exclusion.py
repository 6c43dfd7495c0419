"""Who must never wait here? One row per rule, and both sides of every limit.

Every patient below has no red flag, unless the row says so.
"""

from __future__ import annotations

import pytest

from anderhalf.core.pathway.referral import route_referral
from anderhalf.core.pathway.routing import RoutingStatus
from tests.spec.heart_failure.cases import TODAY, Case, read_cases, values

NO_RED_FLAG = {
    "age": "77", "sex": "female", "chest_pain_at_rest": "no", "dyspnoea_at_rest": "no", "hypoperfusion": "no",
    "syncope": "no", "abrupt_deterioration": "no", "systolic_bp": "130", "heart_rate": "72",
}  # fmt: skip

CASES = """
EX-01 | chest pain at rest                     | chest_pain_at_rest = yes                        | emergency immediate
EX-02 | short of breath at rest                | dyspnoea_at_rest = yes                          | emergency immediate
EX-03 | cold and clammy                        | hypoperfusion = yes                             | emergency immediate
EX-04 | fainted                                | syncope = yes                                   | emergency immediate
EX-05 | saturation just below the limit        | oxygen_saturation = 89                          | emergency immediate
EX-65 | saturation of 91, COPD not known       | oxygen_saturation = 91                          | second within_1_day
EX-65 | saturation of 90 without COPD          | oxygen_saturation = 90; copd = no               | second within_1_day
EX-99 | saturation of 90 with COPD             | oxygen_saturation = 90; copd = yes              | none none
EX-05 | saturation of 89 with COPD             | oxygen_saturation = 89; copd = yes              | emergency immediate
EX-99 | saturation of 92                       | oxygen_saturation = 92                          | none none
EX-06 | pulse just above the limit             | heart_rate = 151                                | emergency immediate
EX-99 | pulse on the limit                     | heart_rate = 150; systolic_bp = 160             | none none
EX-13 | pulse just below thirty                | heart_rate = 29                                 | emergency immediate
EX-09 | pulse of thirty                        | heart_rate = 30                                 | second within_1_day
EX-14 | systolic pressure just below seventy   | systolic_bp = 69                                | emergency immediate
EX-08 | systolic pressure of seventy           | systolic_bp = 70; heart_rate = 60               | second within_1_day
EX-15 | pulse above a low systolic pressure    | systolic_bp = 99; heart_rate = 100              | emergency immediate
EX-99 | pulse equal to the systolic pressure   | systolic_bp = 99; heart_rate = 99               | none none
EX-26 | pulse above a pressure of a hundred    | systolic_bp = 100; heart_rate = 101             | second within_1_day
EX-99 | the pulse of another day               | systolic_bp = 99; heart_rate = 100 @ 1          | none none
EX-16 | breathing rate on the limit            | respiratory_rate = 30                           | emergency immediate
EX-24 | breathing rate just below it           | respiratory_rate = 29                           | second within_1_day
EX-99 | breathing rate below 25                | respiratory_rate = 24                           | none none
EX-17 | breathing rate of eight                | respiratory_rate = 8                            | emergency immediate
EX-99 | breathing rate of nine                 | respiratory_rate = 9                            | none none
EX-18 | more than one shock of the ICD         | icd_shock = several                             | emergency immediate
EX-25 | one shock of the ICD                   | icd_shock = one                                 | second within_1_day
EX-99 | no shock of the ICD                    | icd_shock = none                                | none none
EX-19 | pressure of 180 with symptoms          | systolic_bp = 180; pressure_symptoms = yes      | emergency immediate
EX-99 | pressure of 180 without symptoms       | systolic_bp = 180; pressure_symptoms = no       | none none
EX-27 | pressure of 220                        | systolic_bp = 220                               | second within_1_day
EX-99 | pressure just below 220                | systolic_bp = 219                               | none none
EX-20 | potassium just below the lower limit   | potassium = 2.7                                 | second within_1_day
EX-99 | potassium on the lower limit           | potassium = 2.8                                 | none none
EX-21 | sodium just below the lower limit      | sodium = 124                                    | second within_1_day
EX-99 | sodium on the lower limit              | sodium = 125                                    | none none
EX-22 | sodium just above the upper limit      | sodium = 156                                    | second within_1_day
EX-99 | sodium on the upper limit              | sodium = 155                                    | none none
EX-23 | haemoglobin just below the limit       | haemoglobin = 4.9                               | second within_1_day
EX-99 | haemoglobin on the limit               | haemoglobin = 5.0                               | none none
EX-07 | potassium just above the limit         | potassium = 6.1                                 | emergency immediate
EX-99 | potassium on the limit                 | potassium = 6.0                                 | none none
EX-99 | potassium high, but four months ago    | potassium = 6.5 @ 120                           | none none
EX-08 | systolic pressure just below the limit | systolic_bp = 89                                | second within_1_day
EX-99 | systolic pressure on the limit         | systolic_bp = 90                                | none none
EX-09 | pulse just below the limit             | heart_rate = 39                                 | second within_1_day
EX-99 | slow pulse on the limit                | heart_rate = 40                                 | none none
EX-10 | worse in a day                         | abrupt_deterioration = yes                      | second within_1_day
EX-11 | a boy of seventeen                     | age = 17; sex = male                            | second within_1_week
EX-99 | a man of eighteen                      | age = 18; sex = male                            | none none
EX-12 | pregnant                               | age = 34; pregnant = yes                        | second within_1_week
EX-12 | pregnant on the age limit              | age = 55; pregnant = yes                        | second within_1_week
EX-99 | a woman of 56 is not asked             | age = 56                                        | none none
EX-99 | not pregnant                           | age = 34; pregnant = no                         | none none
EX-31 | creatinine up by half within a week    | creatinine_rise_7_days = 50                     | second within_1_day
EX-99 | creatinine up by less than half        | creatinine_rise_7_days = 49.9                   | none none
EX-32 | creatinine doubled within three months | creatinine_rise_90_days = 100                   | second within_1_day
EX-99 | creatinine not yet doubled             | creatinine_rise_90_days = 99.9                  | none none
EX-33 | eGFR below 20, nothing known before    | egfr = 19                                       | second within_1_day
EX-33 | eGFR below 20, and worse than before   | egfr = 19; creatinine_rise_90_days = 25         | second within_1_day
EX-99 | eGFR below 20, as it was               | egfr = 19; creatinine_rise_90_days = 24.9       | none none
EX-99 | eGFR of 20                             | egfr = 20                                       | none none
EX-34 | creatinine of 354, nothing before      | creatinine = 354; egfr = 20                     | second within_1_day
EX-99 | creatinine of 354, as it was           | creatinine = 354; egfr = 20; creatinine_rise_90_days = 0 | none none
EX-99 | creatinine just below 354              | creatinine = 353; egfr = 20                     | none none
EX-50 | signs of a stroke                      | stroke_signs = yes                              | emergency immediate
EX-99 | no signs of a stroke                   | stroke_signs = no                               | none none
EX-51 | serious bleeding                       | bleeding = yes                                  | emergency immediate
EX-99 | no serious bleeding                    | bleeding = no                                   | none none
EX-52 | thoughts of suicide                    | suicidal_thoughts = yes                         | emergency immediate
EX-99 | no thoughts of suicide                 | suicidal_thoughts = no                          | none none
EX-35 | creatinine up by 26 within two days    | creatinine_rise_2_days = 26                     | second within_1_day
EX-99 | creatinine up by less                  | creatinine_rise_2_days = 25                     | none none
EX-36 | glucose of thirty                      | glucose = 30                                    | second within_1_day
EX-99 | glucose just below thirty              | glucose = 29.9                                  | none none
EX-99 | glucose high, but four months ago      | glucose = 32 @ 120                              | none none
EX-37 | glucose just below 2.5                 | glucose = 2.4                                   | second immediate
EX-99 | glucose of 2.5                         | glucose = 2.5                                   | none none
EX-38 | potassium of 3.0 on digoxin            | potassium = 3.0; digoxin = yes                  | second within_1_day
EX-82 | potassium of 3.4 on digoxin            | potassium = 3.4; digoxin = yes                  | second within_1_day
EX-99 | potassium of 3.5 on digoxin            | potassium = 3.5; digoxin = yes                  | none none
EX-83 | potassium of 3.4 on amiodarone         | potassium = 3.4; amiodarone = yes               | second within_1_day
EX-85 | the same with a low eGFR               | potassium = 3.4; digoxin = yes; egfr = 29       | second within_1_day
EX-82 | an eGFR of 30                          | potassium = 3.4; digoxin = yes; egfr = 30       | second within_1_day
EX-86 | the same with a slow pulse             | potassium = 3.4; digoxin = yes; heart_rate = 49 | second within_1_day
EX-87 | digoxin, slow pulse and a low eGFR     | digoxin = yes; heart_rate = 49; egfr = 29       | second within_1_day
EX-99 | digoxin and a slow pulse alone         | digoxin = yes; heart_rate = 49; egfr = 30       | none none
EX-100 | digoxin level just above 2.0         | digoxin_level = 2.01                            | second within_1_day
EX-99 | digoxin level of 2.0                   | digoxin_level = 2.0                             | none none
EX-99 | a very low digoxin level               | digoxin_level = 0.1                             | none none
EX-101 | toxic level and a pulse of 49         | digoxin_level = 2.01; heart_rate = 49           | emergency immediate
EX-139 | digoxin, verapamil, no level          | digoxin = yes; diltiazem_or_verapamil = yes     | intermediate within_1_day
EX-99 | digoxin, verapamil, a good level       | digoxin = yes; diltiazem_or_verapamil = yes; digoxin_level = 0.9 | none none
EX-140 | digoxin and trimethoprim              | digoxin = yes; trimethoprim = yes               | intermediate within_1_day
EX-99 | trimethoprim without digoxin           | digoxin = no; trimethoprim = yes                | none none
EX-138 | digoxin and nausea, level not known  | digoxin = yes; digoxin_signs = yes              | second within_1_day
EX-138 | digoxin, yellow vision, pulse of 50  | digoxin = yes; digoxin_signs = yes; heart_rate = 50 | second within_1_day
EX-137 | digoxin, nausea and a slow pulse     | digoxin = yes; digoxin_signs = yes; heart_rate = 49 | emergency immediate
EX-99 | nausea without digoxin                | digoxin = no; digoxin_signs = yes               | none none
EX-100 | toxic level and a pulse of 50         | digoxin_level = 2.01; heart_rate = 50           | second within_1_day
EX-102 | toxic level and vomiting              | digoxin_level = 2.01; acute_illness = yes       | emergency immediate
EX-99 | vomiting and a level of 2.0            | digoxin_level = 2.0; acute_illness = yes        | none none
EX-103 | digoxin level just above 3.0          | digoxin_level = 3.01                            | emergency immediate
EX-100 | digoxin level of 3.0                  | digoxin_level = 3.0                             | second within_1_day
EX-104 | INR just above 6.0                    | inr = 6.1                                       | second within_1_day
EX-99 | INR of 6.0                             | inr = 6.0                                       | none none
EX-105 | NSAID, ACE inhibitor, potassium 5.5   | nsaid = yes; ace_inhibitor = yes; potassium = 5.5 | intermediate within_1_day
EX-99 | the same with a potassium of 5.4       | nsaid = yes; ace_inhibitor = yes; potassium = 5.4 | none none
EX-106 | NSAID, ARB, furosemide, eGFR 29       | nsaid = yes; arb = yes; loop_diuretic = yes; egfr = 29 | intermediate within_1_day
EX-130 | the same with an eGFR of 30           | nsaid = yes; arb = yes; loop_diuretic = yes; egfr = 30 | intermediate within_1_day
EX-130 | the same, eGFR not known              | nsaid = yes; arb = yes; loop_diuretic = yes; egfr = unknown | intermediate within_1_day
EX-99 | an NSAID and an ARB, no diuretic       | nsaid = yes; arb = yes; loop_diuretic = no; thiazide = no | none none
EX-107 | trimethoprim, MRA, potassium 5.1      | trimethoprim = yes; mra = yes; potassium = 5.1  | intermediate within_1_day
EX-126 | the same with a potassium of 5.0      | trimethoprim = yes; mra = yes; potassium = 5.0  | intermediate within_1_day
EX-126 | the same, potassium not known         | trimethoprim = yes; mra = yes; potassium = unknown | intermediate within_1_day
EX-127 | trimethoprim, ARB, potassium 4.5      | trimethoprim = yes; arb = yes; potassium = 4.5  | intermediate within_1_day
EX-127 | the same, potassium not known         | trimethoprim = yes; arb = yes; potassium = unknown | intermediate within_1_day
EX-99 | the same with a potassium of 4.4       | trimethoprim = yes; arb = yes; potassium = 4.4  | none none
EX-123 | digoxin and clarithromycin            | digoxin = yes; macrolide = yes                  | intermediate within_1_day
EX-123 | digoxin and itraconazole, LVEF known  | digoxin = yes; strong_cyp3a4_inhibitor = yes    | intermediate within_1_day
EX-124 | digoxin and amiodarone, no level      | digoxin = yes; amiodarone = yes                 | intermediate within_1_day
EX-99 | the same with a level of 0.9           | digoxin = yes; amiodarone = yes; digoxin_level = 0.9 | none none
EX-124 | the same, the level too old           | digoxin = yes; amiodarone = yes; digoxin_level = 0.9 @ 93 | intermediate within_1_day
EX-125 | sotalol and azithromycin              | qt_drug = yes; macrolide = yes                  | intermediate within_1_day
EX-99 | azithromycin alone                     | macrolide = yes; digoxin = no; qt_drug = no     | none none
EX-128 | an MRA and slow-release potassium     | mra = yes; salt_substitute = yes; potassium = 5.1 | intermediate within_1_day
EX-128 | the same, potassium not known         | mra = yes; salt_substitute = yes; potassium = unknown | intermediate within_1_day
EX-99 | the same with a potassium of 5.0       | mra = yes; salt_substitute = yes; potassium = 5.0 | none none
EX-129 | lithium and an ACE inhibitor          | lithium = yes; ace_inhibitor = yes              | intermediate within_1_day
EX-129 | lithium and furosemide                | lithium = yes; loop_diuretic = yes              | intermediate within_1_day
EX-129 | lithium and an MRA                    | lithium = yes; mra = yes                        | intermediate within_1_day
EX-129 | lithium and an NSAID                  | lithium = yes; nsaid = yes                      | intermediate within_1_day
EX-99 | lithium alone                          | lithium = yes                                   | none none
EX-131 | apixaban and an NSAID                 | apixaban = yes; anticoagulant = yes; nsaid = yes | intermediate within_1_day
EX-80 | ACE inhibitor and ARNI                 | ace_inhibitor = yes; arni = yes                 | second within_1_day
EX-81 | ARB and ARNI                           | arb = yes; arni = yes                           | second within_1_day
EX-81 | ACE inhibitor and ARB                  | ace_inhibitor = yes; arb = yes                  | second within_1_day
EX-99 | ARNI alone                             | arni = yes; ace_inhibitor = no; arb = no        | none none
EX-88 | AF of 111 with fluid                   | rhythm = af; heart_rate = 111; congestion = yes | second within_1_day
EX-99 | AF of 110 with fluid                   | rhythm = af; heart_rate = 110; congestion = yes | none none
EX-99 | AF of 111 without fluid                | rhythm = af; heart_rate = 111; congestion = no; nyha = II | none none
EX-99 | sinus rhythm of 111 with fluid         | rhythm = sinus; heart_rate = 111; congestion = yes | none none
EX-89 | AF of 111 with NYHA III                | rhythm = af; heart_rate = 111; nyha = III       | second within_1_day
EX-92 | metolazone, fluid and low sodium       | congestion = yes; loop_diuretic = yes; thiazide = yes; sodium = 129 | second within_1_day
EX-99 | the same with a sodium of 130          | congestion = yes; loop_diuretic = yes; thiazide = yes; sodium = 130 | none none
EX-93 | an MRA and eGFR 19, as it was          | mra = yes; egfr = 19; creatinine_rise_90_days = 5 | second within_1_day
EX-99 | an MRA and eGFR 20                     | mra = yes; egfr = 20                            | none none
EX-94 | an MRA and creatinine 311              | mra = yes; creatinine = 311; egfr = 21          | second within_1_day
EX-99 | an MRA and creatinine 310              | mra = yes; creatinine = 310; egfr = 21          | none none
EX-95 | SGLT2 inhibitor with type 1            | sglt2_inhibitor = yes; diabetes_type = type_1   | second within_1_day
EX-151 | SGLT2 inhibitor after ketoacidosis     | sglt2_inhibitor = yes; ketoacidosis_history = yes | second within_1_day
EX-99 | SGLT2 inhibitor, never ketoacidosis    | sglt2_inhibitor = yes; ketoacidosis_history = no | none none
EX-96 | spironolactone and eplerenone          | spironolactone = yes; eplerenone = yes          | second within_1_day
EX-96 | bisoprolol and metoprolol              | bisoprolol = yes; metoprolol = yes              | second within_1_day
EX-97 | eplerenone and clarithromycin         | eplerenone = yes; strong_cyp3a4_inhibitor = yes | second within_1_day
EX-97 | ivabradine and verapamil               | ivabradine = yes; diltiazem_or_verapamil = yes  | second within_1_day
EX-97 | aliskiren and losartan                 | aliskiren = yes; arb = yes                      | second within_1_day
EX-97 | vericiguat and sildenafil              | vericiguat = yes; pde5_or_riociguat = yes       | second within_1_day
EX-99 | clarithromycin alone                   | strong_cyp3a4_inhibitor = yes; eplerenone = no; ivabradine = no | none none
EX-99 | one of each                            | bisoprolol = yes; spironolactone = yes          | none none
EX-91 | pregnant on ivabradine                 | age = 34; pregnant = yes; ivabradine = yes      | second within_1_day
EX-99 | potassium of 3.0 without digoxin       | potassium = 3.0; digoxin = no; amiodarone = no  | none none
EX-39 | potassium of 3.0 on amiodarone         | potassium = 3.0; amiodarone = yes               | second within_1_day
EX-40 | QTc just above 500                     | qtc = 501                                       | second within_1_day
EX-99 | QTc of 500                             | qtc = 500                                       | none none
EX-41 | AV block on a beta-blocker             | av_block = yes; beta_blocker = yes              | second within_1_day
EX-62 | AV block without a slowing drug        | av_block = yes; rate_slowing_drug = no          | second within_1_day
EX-63 | AV block and a pulse just below 50     | av_block = yes; heart_rate = 49                 | second immediate
EX-62 | AV block and a pulse of 50             | av_block = yes; heart_rate = 50                 | second within_1_day
EX-99 | pulse of 49 without AV block           | av_block = no; heart_rate = 49                  | none none
EX-04 | AV block and fainted                   | av_block = yes; syncope = yes                   | emergency immediate
EX-60 | potassium of 3.0 on sotalol            | potassium = 3.0; qt_drug = yes                  | second within_1_day
EX-84 | potassium of 3.4 on sotalol            | potassium = 3.4; qt_drug = yes                  | second within_1_day
EX-99 | potassium of 3.5 on sotalol            | potassium = 3.5; qt_drug = yes                  | none none
EX-61 | potassium of 2.9 on a loop diuretic    | potassium = 2.9; loop_diuretic = yes            | second within_1_day
EX-61 | potassium of 2.9 on a thiazide         | potassium = 2.9; thiazide = yes                 | second within_1_day
EX-99 | potassium of 3.0 on a loop diuretic    | potassium = 3.0; loop_diuretic = yes            | none none
EX-64 | apixaban and acenocoumarol             | apixaban = yes; vka = yes                       | second within_1_day
EX-64 | apixaban and rivaroxaban               | apixaban = yes; rivaroxaban = yes               | second within_1_day
EX-64 | the referrer says so                   | two_anticoagulants = yes                        | second within_1_day
EX-99 | one anticoagulant                      | apixaban = yes; vka = no; anticoagulant = yes   | none none
EX-66 | pregnant on acenocoumarol              | age = 34; pregnant = yes; vka = yes             | second within_1_day
EX-90 | pregnant on a DOAC                     | age = 34; pregnant = yes; apixaban = yes        | second within_1_day
EX-67 | flecainide                             | class_1_antiarrhythmic = yes                    | second within_1_day
EX-67 | dronedarone                            | dronedarone = yes                               | second within_1_day
EX-67 | pioglitazone                           | thiazolidinedione = yes                         | second within_1_day
EX-67 | moxonidine                             | moxonidine = yes                                | second within_1_day
EX-67 | itraconazole                           | itraconazole = yes                              | second within_1_day
EX-98 | infliximab in NYHA III                 | anti_tnf = yes; nyha = III                      | second within_1_day
EX-99 | infliximab in NYHA II                  | anti_tnf = yes; nyha = II                       | none none
EX-68 | diltiazem with an LVEF of 40           | lvef = 40; diltiazem_or_verapamil = yes         | second within_1_day
EX-68 | sotalol with an LVEF of 30             | lvef = 30; sotalol = yes                        | second within_1_day
EX-99 | diltiazem with an LVEF of 41           | lvef = 41; diltiazem_or_verapamil = yes         | none none
EX-69 | verapamil and bisoprolol               | beta_blocker = yes; diltiazem_or_verapamil = yes | second within_1_day
EX-99 | bisoprolol alone                       | beta_blocker = yes; diltiazem_or_verapamil = no | none none
EX-43 | a nitrate and sildenafil               | nitrate_or_hydralazine = yes; pde5_or_riociguat = yes | second within_1_day
EX-99 | a nitrate alone                        | nitrate_or_hydralazine = yes; pde5_or_riociguat = no | none none
EX-99 | sildenafil alone                       | nitrate_or_hydralazine = no; pde5_or_riociguat = yes | none none
EX-42 | pregnant on an ACE inhibitor           | age = 34; pregnant = yes; ace_inhibitor = yes   | second within_1_day
EX-132 | 120 diastolic with symptoms          | diastolic_bp = 120; pressure_symptoms = yes      | emergency immediate
EX-99 | 120 diastolic without                  | diastolic_bp = 120; pressure_symptoms = no       | none none
EX-133 | 130 diastolic                         | diastolic_bp = 130                               | second within_1_day
EX-99 | 129 diastolic                          | diastolic_bp = 129                               | none none
EX-134 | gave birth three weeks ago            | age = 34; recently_delivered = yes               | second within_1_day
EX-99 | no recent birth                        | recently_delivered = no                          | none none
EX-135 | pregnant and fluid                    | age = 34; pregnant = yes; congestion = yes       | second within_1_day
EX-136 | pregnant, breathless lying flat       | age = 34; pregnant = yes; orthopnoea = yes       | second within_1_day
EX-42 | pregnant on spironolactone             | age = 34; pregnant = yes; mra = yes             | second within_1_day
EX-120 | swollen lips or tongue now             | angioedema_now = yes                            | emergency immediate
EX-120 | and an ACE inhibitor in use            | angioedema_now = yes; ace_inhibitor = yes; angioedema_history = yes | emergency immediate
EX-121 | resuscitated yesterday                | cardiac_arrest = yes                            | emergency immediate
EX-99 | no cardiac arrest                      | cardiac_arrest = no                             | none none
EX-122 | runs of VT on the Holter              | dangerous_rhythm = yes                          | second within_1_day
EX-99 | no VT and no pauses                    | dangerous_rhythm = no                           | none none
EX-99 | no swelling now                        | angioedema_now = no                             | none none
EX-70 | angio-oedema and an ACE inhibitor      | angioedema_history = yes; ace_inhibitor = yes   | second within_1_day
EX-70 | angio-oedema and an ARNI               | angioedema_history = yes; arni = yes            | second within_1_day
EX-71 | angio-oedema and an ARB                | angioedema_history = yes; arb = yes             | second within_1_day
EX-99 | angio-oedema and none of them          | angioedema_history = yes                        | none none
EX-141 | mechanical valve and a DOAC | doac = yes; mechanical_valve = yes | second within_1_day
EX-99 | mechanical valve and a VKA | vka = yes; mechanical_valve = yes | none none
EX-142 | mechanical valve, no anticoagulant | anticoagulant = no; mechanical_valve = yes | second within_1_day
EX-144 | mitral stenosis and a DOAC | doac = yes; mitral_stenosis = yes | second within_1_day
EX-145 | dabigatran with an eGFR below 30 | dabigatran = yes; egfr = 29 | second within_1_day
EX-99 | dabigatran with an eGFR of 30 | dabigatran = yes; egfr = 30 | none none
EX-146 | mechanical valve, INR too low | mechanical_valve = yes; inr = 1.9 | second within_1_day
EX-99 | mechanical valve, INR of 2 | mechanical_valve = yes; inr = 2.0 | none none
EX-147 | dialysis and a DOAC | dialysis = yes; doac = yes | second within_1_day
EX-148 | VKA with what raises the INR | raises_inr = yes; vka = yes | intermediate within_1_day
EX-149 | asthma, non-selective beta-blocker | asthma = yes; non_selective_beta_blocker = yes | intermediate within_1_day
EX-150 | ARNI within 36 hours of an ACE inhibitor | ace_inhibitor_stopped = yes; arni = yes | intermediate within_1_day
EX-99 | nobody with a red flag                 |                                                 | none none
EX-01 | two red flags: the first answers       | chest_pain_at_rest = yes; systolic_bp = 80      | emergency immediate
# An unknown answer is not "no": these patients are asked.
asks  | chest pain not asked                   | chest_pain_at_rest = unknown                    | chest_pain_at_rest
asks  | breathlessness not asked               | dyspnoea_at_rest = unknown                      | dyspnoea_at_rest
asks  | no blood pressure                      | systolic_bp = unknown                           | systolic_bp
asks  | blood pressure of last year            | systolic_bp = 130 @ 200                         | systolic_bp
asks  | no pulse                               | heart_rate = unknown                            | heart_rate
asks  | young woman, pregnancy not asked       | age = 34                                        | pregnant
"""


@pytest.mark.parametrize("case", read_cases(CASES))
def test_exclusion(pathway, case: Case):
    facts = values(pathway, NO_RED_FLAG | dict(case.facts))
    routing = route_referral(pathway, facts, on=TODAY)
    decision = routing.decisions["exclusion"]
    if case.rule == "asks":
        assert routing.status is RoutingStatus.NEEDS_DATA
        assert decision.facts_missing == (case.outcome,)
        assert routing.line == ""
        return
    assert [rule.rule_id for rule in decision.decisive] == [case.rule]
    assert f"{decision.value('line')} {decision.value('urgency')}" == case.outcome
    assert routing.excluded is (case.rule != "EX-99")
    if routing.excluded:
        assert (routing.line, routing.urgency) == tuple(case.outcome.split())
        assert case.rule in [reason.rule for reason in routing.reasons]


def test_every_rule_of_the_table_is_in_the_handbook(pathway):
    shown = {param.values[0].rule for param in read_cases(CASES)}
    assert shown - {"asks"} == set(pathway.table("exclusion").rule_ids)


def test_an_emergency_is_given_at_once_while_everything_else_is_unknown(pathway):
    routing = route_referral(pathway, values(pathway, {"heart_rate": "160"}), on=TODAY)
    assert (routing.status, routing.line, routing.days) == (RoutingStatus.DECIDED, "emergency", 0)
    assert routing.action == "call_112"
    assert routing.to_do == ()


def test_a_less_urgent_exclusion_says_that_it_could_be_worse(pathway):
    routing = route_referral(
        pathway, values(pathway, NO_RED_FLAG | {"systolic_bp": "85", "syncope": "unknown"}), on=TODAY
    )
    assert (routing.status, routing.line) == (RoutingStatus.AT_LEAST, "second")
    assert "syncope" in [one.fact for one in routing.missing]
    assert routing.danger.missing == ("syncope",)


def test_a_worse_answer_replaces_a_less_urgent_one(pathway):
    routing = route_referral(
        pathway, values(pathway, NO_RED_FLAG | {"systolic_bp": "85", "syncope": "yes"}), on=TODAY
    )
    assert (routing.status, routing.line) == (RoutingStatus.DECIDED, "emergency")
    assert [reason.rule for reason in routing.reasons] == ["EX-04"]
