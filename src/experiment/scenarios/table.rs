//! THE table of scenarios. They are chosen to teach, not to advertise: where a scheme does not help, the answer says so.
//!
//! To add one, add a row here and run `cargo xtask record NAME`.

use super::scenario::Claim::{
    Bleu, Diverges, Final, Identical, Lead, LeadAt, LearnsNothing, MostEmergence, Spread, Undecided,
};
use super::scenario::Scenario;
use super::scenario::ScenarioGroup::{Emergence, Pitfalls, ScaleAndDepth, Translation};
use crate::prose::Prose;

/// THE table of scenarios, in the order in which they are offered.
pub static SCENARIOS: [Scenario; 27] = [
    Scenario {
        name: "scale",
        group: ScaleAndDepth,
        question: Prose::new("Too small, too large?"),
        answer: Prose::new(
            "In ten layers, a wrong scale is multiplied ten times: with standard deviation 0.5 the loss is no longer a number after a few steps, with 0.02 nothing is learned. Kaiming’s formula reaches 92 %.",
        ),
        query: "test=2000&model=mlp:64,64,64,64,64,64,64,64,64&init=kaiming_normal,custom(std=0.02),custom(std=0.5)&steps=200",
        claims: &[Final(0, 92), LearnsNothing(1), Diverges(2, 10)],
    },
    Scenario {
        name: "scale-norm",
        group: ScaleAndDepth,
        question: Prose::new("Does batch norm repair the scale?"),
        answer: Prose::new(
            "Yes: all three learn. What remains of the scale is an effective step size: small weights are ahead at 94 %, large ones reach only 65 %.",
        ),
        query: "test=2000&model=mlp:64,64,64,64,64,64,64,64,64&norm=batch&init=kaiming_normal,custom(std=0.02),custom(std=0.5)\
                &steps=200",
        claims: &[Final(0, 93), Final(1, 94), Final(2, 65), Lead(1, 0, 1.5, 3.5)],
    },
    Scenario {
        name: "default",
        group: ScaleAndDepth,
        question: Prose::new("Is PyTorch’s default good enough?"),
        answer: Prose::new(
            "Not here: in ten ReLU layers without normalization the default of torch.nn.Linear learns nothing in 200 steps, Xavier reaches 89 %, Kaiming 92 %.",
        ),
        query: "test=2000&model=mlp:64,64,64,64,64,64,64,64,64&init=kaiming_normal,xavier_normal,pytorch&steps=200",
        claims: &[Final(0, 92), Final(1, 89), LearnsNothing(2)],
    },
    Scenario {
        name: "depth",
        group: ScaleAndDepth,
        question: Prose::new("What do twenty layers need?"),
        answer: Prose::new(
            "Xavier lacks ReLU’s factor √2 in every layer. Over twenty layers the signal shrinks 570-fold: 17 % instead of Kaiming’s 88 %.",
        ),
        query: "test=2000&model=mlp:64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64,64&init=kaiming_normal,xavier_normal\
                &steps=200",
        claims: &[Final(0, 88), Final(1, 17)],
    },
    Scenario {
        name: "sigmoid",
        group: ScaleAndDepth,
        question: Prose::new("How large for sigmoid?"),
        answer: Prose::new(
            "The scale belongs to the activation function: sigmoid’s slope is at most 1/4, so weights must be four times as large. 91 % instead of 17 %; LSUV finds its own scale, 86 %.",
        ),
        query: "test=2000&model=mlp:64,64,64,64&act=sigmoid&init=xavier_normal,custom(std=4/sqrt(fan_in)),lsuv&lr=0.05&steps=200",
        claims: &[Final(0, 17), Final(1, 91), Final(2, 86)],
    },
    Scenario {
        name: "tanh",
        group: ScaleAndDepth,
        question: Prose::new("Can tanh explode?"),
        answer: Prose::new(
            "No, it saturates: weights four times too large learn badly (39 %) instead of diverging; weights too small learn nothing. Xavier reaches 90 %.",
        ),
        query: "test=2000&model=mlp:32,32,32,32,32,32,32,32,32&act=tanh\
                &init=xavier_normal,custom(std=0.3/sqrt(fan_in)),custom(std=4/sqrt(fan_in))&steps=200",
        claims: &[Final(0, 90), LearnsNothing(1), Final(2, 39)],
    },
    Scenario {
        name: "orthogonal",
        group: ScaleAndDepth,
        question: Prose::new("Why orthogonal?"),
        answer: Prose::new(
            "With the same gain, orthogonal weights carry the signal through 20 tanh layers more evenly and learn sooner: 76 % against 67 % after 100 steps.",
        ),
        query: "test=1000&model=mlp:32,32,32,32,32,32,32,32,32,32,32,32,32,32,32,32,32,32,32&act=tanh\
                &init=kaiming_normal,orthogonal&seeds=6&lr=0.003&steps=100",
        claims: &[Final(0, 67), Final(1, 76), Lead(1, 0, 6.0, 10.0)],
    },
    Scenario {
        name: "zeros",
        group: ScaleAndDepth,
        question: Prose::new("Can weights start at zero?"),
        answer: Prose::new(
            "Not all of them: then every weight gradient is exactly zero and nothing is learned. Zeros in the last layer alone do little harm: 93 % against 93 %.",
        ),
        query: "test=2000&model=mlp:64,64,64&init=kaiming_normal,custom(std=0),custom(std=layer==n_layers?0:sqrt(2/fan_in))\
                &steps=200",
        claims: &[Final(0, 93), LearnsNothing(1), Final(2, 93)],
    },
    Scenario {
        name: "repair",
        group: ScaleAndDepth,
        question: Prose::new("Can a bad start be repaired?"),
        answer: Prose::new(
            "LSUV turns a start that learns nothing into one that reaches 90 %, nearly Kaiming’s 91 %, using a few forward passes on one batch.",
        ),
        query: "test=2000&model=mlp:64,64,64,64,64,64,64,64,64,64,64,64,64,64\
                &init=custom(std=0.02),lsuv(custom(std=0.02)),kaiming_normal&steps=200",
        claims: &[LearnsNothing(0), Final(1, 90), Final(2, 91), Lead(1, 2, -1.5, 0.0)],
    },
    Scenario {
        name: "fixup",
        group: ScaleAndDepth,
        question: Prose::new("Residual blocks without normalization?"),
        answer: Prose::new(
            "The signal grows block by block and learning stalls at 13 %. Fixup starts each block as its shortcut and reaches 52 %.",
        ),
        query: "test=1000&model=resnet:4,8,8,8x4&init=kaiming_normal,fixup&seeds=2&lr=0.05&batch=32&steps=150",
        claims: &[Final(0, 13), Final(1, 52), LearnsNothing(0)],
    },
    Scenario {
        name: "emergence",
        group: Emergence,
        question: Prose::new("Emergence-promoting or Kaiming?"),
        answer: Prose::new(
            "Emergence-promoting weights are far ahead at first, by 25 points after 5 steps and 6 after 20. After 300 steps the seeds do not distinguish them from Kaiming.",
        ),
        query: "init=kaiming_normal,emergence(kaiming_normal;alpha=1.5),xavier_normal",
        claims: &[LeadAt(5, 1, 0, 23.0, 28.0), LeadAt(20, 1, 0, 5.0, 6.5), Undecided(1, 0), Final(0, 95), Final(1, 95)],
    },
    Scenario {
        name: "alpha-low",
        group: Emergence,
        question: Prose::new("Is more α better?"),
        answer: Prose::new(
            "At this low learning rate it is: α = 1.2, 1.5 and 2 lead Kaiming’s 91 % by 2, 3 and 4 points. Now look at the next scenario.",
        ),
        query: "test=2000&init=kaiming_normal,emergence(kaiming_normal;alpha=1.2),emergence(kaiming_normal;alpha=1.5),\
                emergence(kaiming_normal;alpha=2)&lr=0.002&steps=200",
        claims: &[Final(0, 91), Lead(1, 0, 1.5, 2.5), Lead(2, 0, 2.5, 3.5), Lead(3, 0, 3.5, 4.5)],
    },
    Scenario {
        name: "alpha-good",
        group: Emergence,
        question: Prose::new("The same at a good rate?"),
        answer: Prose::new(
            "At a learning rate that suits Kaiming the lead is gone: α = 1.2 and 1.5 are within half a point of its 95 %, α = 2 is a point behind.",
        ),
        query: "test=2000&init=kaiming_normal,emergence(kaiming_normal;alpha=1.2),emergence(kaiming_normal;alpha=1.5),\
                emergence(kaiming_normal;alpha=2)&lr=0.02&steps=200",
        claims: &[Final(0, 95), Lead(1, 0, -0.5, 0.5), Lead(2, 0, -0.5, 0.5), Lead(3, 0, -1.5, -0.5)],
    },
    Scenario {
        name: "alpha-deep",
        group: Emergence,
        question: Prose::new("How does α act in depth?"),
        answer: Prose::new(
            "Its powers accumulate over the layers: with ten layers α = 1.1 changes little, 1.3 loses 3 points, and 1.6 diverges at a rate at which Kaiming reaches 92 %.",
        ),
        query: "test=2000&model=mlp:64,64,64,64,64,64,64,64,64&init=kaiming_normal,emergence(kaiming_normal;alpha=1.1),\
                emergence(kaiming_normal;alpha=1.3),emergence(kaiming_normal;alpha=1.6)&steps=200",
        claims: &[Final(0, 92), Lead(1, 0, -0.5, 0.9), Lead(2, 0, -3.7, -2.5), Diverges(3, 200)],
    },
    Scenario {
        name: "rate-control",
        group: Emergence,
        question: Prose::new("Or only another learning rate?"),
        answer: Prose::new(
            "For plain ReLU networks, yes: with α = 2 the rescaled start and its rate control, the unscaled start with a learning rate per layer, agree to the last bit.",
        ),
        query: "test=2000&init=kaiming_normal,emergence(kaiming_normal;alpha=2),lrmatch(emergence(kaiming_normal;alpha=2))\
                &lr=0.003&steps=200",
        claims: &[Identical(1, 2), Lead(1, 0, 2.0, 3.5)],
    },
    Scenario {
        name: "shuffle",
        group: Emergence,
        question: Prose::new("Does the order of the factors matter?"),
        answer: Prose::new(
            "At this rate it does: the same factors in random order lose the lead. 95 % in the order small to large, 91 % shuffled, 92 % without them.",
        ),
        query: "test=2000&init=kaiming_normal,emergence(kaiming_normal;alpha=2),shuffle(emergence(kaiming_normal;alpha=2))\
                &lr=0.003&steps=200",
        claims: &[Final(0, 92), Final(1, 95), Final(2, 91), Lead(1, 2, 4.0, 8.0)],
    },
    Scenario {
        name: "one-rate",
        group: Pitfalls,
        question: Prose::new("Is one learning rate fair?"),
        answer: Prose::new(
            "At 0.001 Kaiming leads Xavier by 32 points, at 0.03 not at all. Compare initializations each at its own best rate.",
        ),
        query: "test=2000&model=mlp:64,64,64,64,64,64,64&init=kaiming_normal@lr=0.001,xavier_normal@lr=0.001,\
                kaiming_normal@lr=0.03,xavier_normal@lr=0.03&lr=0.03",
        claims: &[Lead(0, 1, 31.5, 32.5), Lead(2, 3, -0.5, 0.5)],
    },
    Scenario {
        name: "adam",
        group: Pitfalls,
        question: Prose::new("Does Adam hide the scale?"),
        answer: Prose::new(
            "Only in part, although it divides by the size of the gradients: weights that are too small lose 14 points, weights that are too large 33.",
        ),
        query: "test=2000&model=mlp:64,64,64,64,64&init=kaiming_normal,custom(std=0.03),custom(std=0.3)&opt=adam&lr=0.001\
                &steps=200",
        claims: &[Lead(1, 0, -14.5, -13.5), Lead(2, 0, -33.5, -32.5), Final(0, 94)],
    },
    Scenario {
        name: "tuned",
        group: Pitfalls,
        question: Prose::new("Is tuning worth its price?"),
        answer: Prose::new(
            "Tuning repairs Xavier in ten layers (89 %): GradInit and LSUV reach 92 %. But Kaiming’s formula gives 92 % at no cost.",
        ),
        query: "test=2000&model=mlp:64,64,64,64,64,64,64,64,64\
                &init=xavier_normal,gradinit(xavier_normal;steps=60),lsuv(xavier_normal),kaiming_normal&steps=200",
        claims: &[Final(0, 89), Final(1, 92), Final(2, 92), Final(3, 92)],
    },
    Scenario {
        name: "luck",
        group: Pitfalls,
        question: Prose::new("Is one seed enough?"),
        answer: Prose::new(
            "Twelve seeds of one scheme in a narrow deep network: from 12 % to 51 %. One run proves nothing.",
        ),
        query: "test=2000&model=mlp:8,8,8,8,8,8,8,8,8,8,8&init=kaiming_normal&seeds=12&steps=200",
        claims: &[Spread(0, 38.0)],
    },
    Scenario {
        name: "numbers",
        group: Translation,
        question: Prose::new("Can a transformer learn to translate in a page?"),
        answer: Prose::new(
            "Yes: after 300 steps 98 % of new numbers are translated exactly from English to German. With a small α of 1.1 it learns sooner, 27 points ahead after 100 steps, and ends level at 98 %; Kaiming’s weights are too large for attention, 92 %.",
        ),
        query: "data=numbers",
        claims: &[Final(0, 98), Final(1, 92), Final(2, 98), LeadAt(100, 2, 0, 25.0, 28.0), Undecided(2, 0)],
    },
    Scenario {
        name: "numbers-post",
        group: Translation,
        question: Prose::new("With post-LN, is the gain only a matter of learning rates?"),
        answer: Prose::new(
            "No: after 100 steps emergence-promoting weights translate 57 % exactly, Xavier 17 %. The same factors as learning rates give 6 %, the same in random order 5 %: here early layers must be the small ones.",
        ),
        query: "data=numbers&norm=post&init=xavier_normal,emergence(xavier_normal;alpha=1.1),\
                lrmatch(emergence(xavier_normal;alpha=1.1)),shuffle(emergence(xavier_normal;alpha=1.1))&steps=100",
        claims: &[Final(0, 17), Final(1, 57), Final(2, 6), Final(3, 5)],
    },
    Scenario {
        name: "numbers-fairseq",
        group: Translation,
        question: Prose::new("Does an ordinary scaling do as well?"),
        answer: Prose::new(
            "Partly: fairseq’s smaller queries, keys and values lead Xavier by 9 points after 100 steps, α = 1.1 by 27. After 200 steps the seeds do not distinguish 94 %, 95 % and 96 %; only the control of the rate is behind, 88 %.",
        ),
        query: "data=numbers&init=xavier_normal,fairseq,emergence(xavier_normal;alpha=1.1),\
                lrmatch(emergence(xavier_normal;alpha=1.1))&steps=200",
        claims: &[
            LeadAt(100, 1, 0, 7.0, 13.0),
            LeadAt(100, 2, 0, 25.0, 28.0),
            Undecided(1, 0),
            Undecided(2, 0),
            Final(0, 94),
            Final(1, 95),
            Final(2, 96),
            Final(3, 88),
        ],
    },
    Scenario {
        name: "numbers-alpha",
        group: Translation,
        question: Prose::new("Does the highest emergence translate best?"),
        answer: Prose::new(
            "No: over 18 ranks of matrices α = 1.5 means factors up to 38. It has the highest emergence and reaches 41 %; α = 1.1 reaches 96 %, Xavier 94 %. Reversed, with large early layers (α = 0.91), it reaches 21 %.",
        ),
        query: "data=numbers&init=xavier_normal,emergence(xavier_normal;alpha=0.91),emergence(xavier_normal;alpha=1.1),\
                emergence(xavier_normal;alpha=1.5)&steps=200",
        claims: &[Final(0, 94), Final(1, 21), Final(2, 96), Final(3, 41), MostEmergence(3)],
    },
    Scenario {
        name: "numbers-none",
        group: Translation,
        question: Prose::new("What replaces layer normalization?"),
        answer: Prose::new(
            "Smaller branches: without any normalization Xavier reaches 46 % after 200 steps, fairseq 85 %, T-Fixup, made for this case, 88 %, and PyTorch’s small default 91 %.",
        ),
        query: "data=numbers&norm=none&init=xavier_normal,fairseq,tfixup,pytorch&steps=200",
        claims: &[Final(0, 46), Final(1, 85), Final(2, 88), Final(3, 91)],
    },
    Scenario {
        name: "numbers-deep",
        group: Translation,
        question: Prose::new("Must late layers be the large ones?"),
        answer: Prose::new(
            "No: with four encoder and four decoder layers, post-LN, DS-Init reaches 96 % after 200 steps by making late layers smaller. α = 1.05, which makes them larger, reaches 56 %, DeepNet 51 %, Xavier 9 %.",
        ),
        query: "data=numbers&model=transformer:32x4&norm=post\
                &init=xavier_normal,dsinit,deepnet,emergence(xavier_normal;alpha=1.05)&steps=200",
        claims: &[Final(0, 9), Final(1, 96), Final(2, 51), Final(3, 56)],
    },
    Scenario {
        name: "captions",
        group: Translation,
        question: Prose::new("Does it lead on real sentences?"),
        answer: Prose::new(
            "Hardly: on captions of photographs, German to English, α = 1.1 ends with 52 % of the tokens right and a BLEU of 22, Xavier with 51 % and 22, which three seeds do not distinguish. Only Kaiming, too large for attention, is behind: 47 %, BLEU 18.",
        ),
        query: "data=multi30k&seeds=3",
        claims: &[Final(0, 51), Final(1, 47), Final(2, 52), Undecided(2, 0), Bleu(0, 22), Bleu(1, 18), Bleu(2, 22)],
    },
];
